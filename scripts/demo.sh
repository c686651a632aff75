#!/bin/sh
# Renders a small data set, trains the guide's network on it, and shows what it learned. All of it is under runs/, each
# time in a new folder, so that nothing is overwritten.
set -eu
cd "$(dirname "$0")/.."

ocellus=.build/release/ocellus

number=1
while [ -e "runs/demo-$number" ] || [ -e "runs/demo-$number-pictures" ]; do number=$((number + 1)); done
run="runs/demo-$number"
pictures="$run-pictures"
mkdir -p runs

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$*"; }

say "1. Pictures: three kinds of part on a conveyor"
"$ocellus" demo-data "$pictures"

say "2. Training: the guide's network"
"$ocellus" train "$pictures" --output "$run" --size 64 --epochs 15

say "3. What it says of some pictures that it has not seen"
# The first three test pictures of each class, by the split that the run wrote: file,class,part.
awk -F, '$3 == "test" && seen[$2]++ < 3 { print $1 }' "$run/split.csv" | sed "s|^|$pictures/|" |
    xargs "$ocellus" predict "$run/model" --top 3

say "Now your own photos, a folder for each class:"
cat <<END
  $ocellus train photos/ --output runs/mine
  $ocellus evaluate runs/mine/model photos/ --split test
  $ocellus predict runs/mine/model new/*.jpg
END
