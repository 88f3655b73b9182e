# ISO 8601 durations and timestamps: import "pscheduler/iso8601" as iso8601;

# Raises the error for a value that is no duration.
def invalid_duration(value):
  error("\(value | tojson) is not a duration; write it as P[[nW]nD][T[nH][nM][nS]], such as P1DT12H or PT1.5S");

# Text such as "P1DT12H", in any case, in seconds. Weeks are understood together with days only, and only
# seconds may have decimals.
def duration_as_seconds(value):
  value as $value
  | if ($value | type) != "string" or $value == "" then invalid_duration($value)
    else
      [ $value | ascii_upcase
        | capture("\\AP((?:(?<weeks>[0-9]+)W)?(?<days>[0-9]+)D)?(T((?<hours>[0-9]+)H)?((?<minutes>[0-9]+)M)?((?<seconds>[0-9]+(\\.[0-9]+)?)S)?)?\\z") ]
      | if length == 0 then invalid_duration($value)
        else
          .[0] | map_values((. // "0") | tonumber)
          | .weeks * 604800 + .days * 86400 + .hours * 3600 + .minutes * 60 + .seconds
        end
    end;

# The parts of a timestamp such as "2026-03-04T10:15:00-05:00" as numbers: year, month and day, and those of
# hour, minute, second, offset_hr and offset_min that it has. What follows the part that is understood is
# ignored; so a fraction of a second hides the offset.
def timestamp_parsed(value):
  value as $value
  | def invalid: error("\($value | tojson) is not a timestamp; write it like 2026-03-04T10:15:00Z");
    def number: ltrimstr("+") | if startswith("-") then -(ltrimstr("-") | tonumber) else tonumber end;
    if ($value | type) != "string" then invalid
    else
      [ $value
        | capture("\\A(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})(T(?<hour>[0-9]{2})(:(?<minute>[0-9]{2})(:(?<second>[0-9]{2}))?)?((?<utc>Z)|(?<offset_hr>[-+][0-9]{2})(:?(?<offset_min>[0-9]{2}))?)?)?") ]
      | if length == 0 then invalid
        else
          .[0]
          | if .utc != null then .offset_hr = "0" | .offset_min = "0" else . end
          | del(.utc)
          | with_entries(select(.value != null) | .value |= number)
        end
    end;
