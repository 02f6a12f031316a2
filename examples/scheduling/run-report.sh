#!/bin/sh
# Run the report of a project folder, log it, and end with the exit code of
# govopen: 0 complete, 1 failed, 2 misused, 3 partial, 4 another run going on.
#
#   run-report.sh PROJECT [LOG] [SET]
#
# Give a program in GOVOPEN_ALERT to be called when the code is not 0: it gets the
# code and the log as arguments.
set -u
project=$1
log=${2:-$project/reports/report.log}
set_name=${3:-}

cd "$project" || exit 1
mkdir -p "$(dirname "$log")" || exit 1
{
    echo "=== $(date -u +%Y-%m-%dT%H:%M:%SZ) govopen report $set_name"
    # Wait up to an hour for a run someone started by hand.
    ${GOVOPEN:-.venv/bin/govopen} report $set_name --keep 12 --wait 3600
} >>"$log" 2>&1
code=$?
echo "=== exit code $code" >>"$log"
if [ "$code" -ne 0 ] && [ -n "${GOVOPEN_ALERT:-}" ]; then
    "$GOVOPEN_ALERT" "$code" "$log"
fi
exit "$code"
