#!/usr/bin/env sh
# Check the hand-in in a folder against the public criteria: sh .grader/check.sh FOLDER [RESULTS [PERCENT]]
# RESULTS/hand-in/ gets result.json, summary.md, annotations.txt and junit.xml. Ends with the grader's exit code.
set -u

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-.}
results=${2:-grader-results}
below=${3:-0}
each=$results/hand-in

mkdir -p "$each"
status=0
grader check "$folder" --rubric "$here" --fail-under "$below" --json >"$each/result.json" || status=$?
if [ ! -s "$each/result.json" ]; then
    rm -f "$each/result.json"
    exit "$status"
fi
grader export "$each" --to github -o "$each/summary.md"
grader export "$each" --to annotations -o "$each/annotations.txt"
grader export "$each" --to junit -o "$each/junit.xml"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$each/summary.md" >>"$GITHUB_STEP_SUMMARY"
[ -z "${GITHUB_ACTIONS:-}" ] || cat "$each/annotations.txt"
exit "$status"
