#!/bin/sh
# nice: a context that runs the tool with less priority. Needs jq. Each method is a link to it.
set -e

case "$(basename "$0")" in

enumerate)
    cat <<'JSON'
{"schema": 1, "name": "nice", "description": "Run the tool with less priority", "version": "1.0",
 "maintainer": {"name": "Your Name"}}
JSON
    ;;

data-is-valid)
    jq -c 'if type == "object" and (.level | type) == "number" and .level >= 0 and .level <= 19 then {"valid": true}
           else {"valid": false, "error": "At /level: must be a number from 0 to 19"} end' 2> /dev/null ||
        echo '{"valid": false, "error": "Not JSON"}'
    ;;

change)
    # Read all of the input, then become the program it names. Nothing may be written to stdout.
    input=$(cat)
    level=$(printf '%s' "$input" | jq -er '.data.level') || { echo "The data has no level." >&2; exit 1; }
    program=$(printf '%s' "$input" | jq -er '.exec') || { echo "The input has no exec." >&2; exit 1; }
    exec nice -n "$level" "$program"
    ;;

*)
    echo "There is no method $(basename "$0")." >&2
    exit 1
    ;;
esac
