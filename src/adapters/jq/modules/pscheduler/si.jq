# Numbers with SI prefixes: import "pscheduler/si" as si;

# Raises the error for a value that is no such number.
def invalid(value):
  error("\(value | tojson) is not a number with an SI prefix; write it like 10, 1.5k or 64Ki");

# The factor of a lower-case prefix; null when there is no such prefix.
def multiplier(prefix):
  prefix as $prefix
  | { "": 1,
      "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18, "z": 1e21, "y": 1e24,
      "ki": 1024, "mi": 1048576, "gi": 1073741824, "ti": 1099511627776, "pi": 1125899906842624,
      "ei": 1152921504606846976, "zi": 1180591620717411303424, "yi": 1208925819614629174706176 }
  | if ($prefix | type) == "string" then .[$prefix] else null end;

# A number as it is; text such as "10", "1.5k" or "64Ki", in any case, as the number it means, rounded down.
def as_integer(value):
  value as $value
  | if ($value | type) == "number" then $value
    elif ($value | type) != "string" then invalid($value)
    else
      [ $value | ascii_downcase | capture("\\A(?<number>[0-9]+(\\.[0-9]+)?)(?<prefix>([kmgtpezy]i?)?)\\z") ]
      | if length == 0 then invalid($value)
        else .[0] | (.number | tonumber) * multiplier(.prefix) | floor
        end
    end;
