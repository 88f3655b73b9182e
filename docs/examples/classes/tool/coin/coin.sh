#!/bin/sh
# coin: a tool for coinflip tests, in one shell script that needs jq. Each method is a link to it.
set -e

fail() {
    echo "$*" >&2
    exit 1
}

# Sleeps until a time such as 2031-05-06T07:08:09+02:00; not at all when it has passed.
sleep_until() {
    left=$(echo "$(date -d "$1" +%s.%N) $(date +%s.%N)" | awk '{ left = $1 - $2; print (left > 0 ? left : 0) }')
    sleep "$left"
}

case "$(basename "$0")" in

enumerate)
    cat <<'JSON'
{"schema": 1, "name": "coin", "description": "Flip a coin", "version": "1.0",
 "maintainer": {"name": "Your Name"}, "tests": ["coinflip"], "preference": 0}
JSON
    ;;

can-run)
    jq -c 'if .type != "coinflip" then {"can-run": false, "reasons": ["Only coinflip tests are supported."]}
           elif (.spec.schema // 1) > 1 then {"can-run": false, "reasons": ["The spec is of a newer version."]}
           else {"can-run": true} end'
    ;;

duration)
    # A second to start and end in, and a second for every million flips.
    jq -c '{"duration": "PT\(1 + (((.spec.flips // 1) / 1000000) | floor))S"}'
    ;;

participant-data)
    cat > /dev/null
    echo '{}'
    ;;

run)
    input=$(cat)
    start=$(printf '%s' "$input" | jq -er '.schedule.start') || fail "The input has no schedule.start."
    flips=$(printf '%s' "$input" | jq -er '.test.spec.flips // 1') || fail "The input has no spec."
    sleep_until "$start"
    heads=$(awk -v flips="$flips" -v seed="$$" \
        'BEGIN { srand(seed); for (i = 0; i < flips; i++) heads += rand() < 0.5; print heads + 0 }')
    # What went wrong in measuring would be {"succeeded": false, "error": "…", "result": null}, also with status 0.
    jq -cn --argjson heads "$heads" --argjson flips "$flips" \
        '{"schema": 1, "succeeded": true, "error": null, "diags": "flipped \($flips) times",
          "result": {"schema": 1, "succeeded": true, "heads": $heads, "tails": ($flips - $heads)}}'
    ;;

merged-results)
    jq -c '.results[0] as $first
           | if ($first | type) == "object" and $first.succeeded == true and $first.result then $first.result
             else {"succeeded": false, "error": ($first.error? // "No result was received.")} end'
    ;;

*)
    fail "There is no method $(basename "$0")."
    ;;
esac
