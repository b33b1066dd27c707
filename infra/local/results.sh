#!/usr/bin/env bash
# Every table of docs/results.md, measured anew.
#
#   results.sh ZIGONG DATA FOLDER OUT [--full]
#
# ZIGONG runs the command line. DATA holds the real tables; one that is not there is left out, and the page says so. FOLDER gets a Markdown file
# per experiment, OUT is the page: docs/findings.md, which people wrote, and then the tables. Experiments that are finished are found again, so
# that a stopped measurement goes on where it was; a table that the same commit has finished, of the same file, stays as it is.
set -euo pipefail

[ $# -ge 4 ] || { echo "usage: results.sh ZIGONG DATA FOLDER OUT [--full]" >&2; exit 2; }
zigong=$1 data=$2 folder=$3 out=$4 full=${5:-}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
findings=$here/../../docs/findings.md
mkdir -p "$folder"
# Its children must not keep the lock: a server outlives this script.
exec 7>"$folder/lock"
flock -n 7 || { echo "results: they are being measured already" >&2; exit 3; }
failed=0

# The code that is there now; every call of ZIGONG builds what has changed.
code() {
    local commit
    commit=$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown)
    if [ -n "$(git -C "$here/../.." status --porcelain -- zigong services shared infra 'Directory.*.props' global.json 2>/dev/null)" ]; then commit="$commit with changes"; fi
    echo "$commit"
}

# Borrowers enough for a test side of a thousand. The second table has a sixth of its labels wrong but in the last half year, where the
# reference and test sides lie; a data set of its own, or its rows would take the place of the right ones.
simulated=$folder/simulated.csv mislabelled=$folder/simulated-mislabelled.csv
"$zigong" simulate --out "$simulated" --borrowers 10000 --seed 1 >/dev/null 7>&-
"$zigong" simulate --out "$mislabelled" --borrowers 10000 --seed 1 --flips 0.167 >/dev/null 7>&-
sed 's/^name: simulated$/name: simulated-mislabelled/' "$here/../../shared/Credit/Descriptors/catalog/simulated.yaml" >"$folder/simulated-mislabelled.yaml"
grep -q '^name: simulated-mislabelled$' "$folder/simulated-mislabelled.yaml" || { echo "results: the descriptor of simulated begins otherwise now" >&2; exit 1; }

# Seconds that a table has taken, those of measurements that were stopped included: LOG, FILE that keeps them, and what was spent now. Finding everything again
# is no measuring; a table that was finished and is measured anew, by other code, begins at 0.
spend() {
    local before=0
    if grep -qE '^([0-9,]+) of \1 runs were there already' "$1" && [ -f "$2.done" ]; then return; fi
    if [ -f "$2" ]; then before=$(cat "$2"); fi
    rm -f "$2.done"
    echo $((before + $3)) >"$2"
}

# EXPERIMENT DATASET FILE, and what else the command gets. Instead of figures that cannot be had stands the reason.
number=0 total=0 pages=()
measure() {
    local experiment=$1 dataset=$2 file=$3 page spent commit made="" started=$SECONDS rc=0
    shift 3
    number=$((number + 1))
    page=$folder/$(printf %02d "$number")-$(basename "$dataset" .yaml)-$experiment.md
    if [ "$experiment" != fidelity ] && [ -n "$full" ]; then set -- "$@" --full; fi
    spent=$folder/$(basename "$dataset" .yaml)-$experiment-$(echo "$*" | sha256sum | cut -c1-8).seconds
    pages+=("$page")
    # Nobody knows whether code without a commit is the same.
    commit=$(code)
    case $commit in
        unknown* | *changes) ;;
        *) if [ -r "$file" ]; then made="$commit $(sha256sum <"$file") $experiment $dataset $*"; fi ;;
    esac
    if [ -n "$made" ] && [ -f "$page" ] && [ "$(cat "$page.made" 2>/dev/null)" = "$made" ]; then
        total=$((total + $(cat "$spent.done")))
        write_page
        return
    fi
    rm -f "$page.made"
    printf '## %s: %s\n\n```\n./zigong experiment %s --dataset %s %s\n```\n\n' "$(basename "$dataset" .yaml)" "$experiment" "$experiment" "${dataset##*/}" "${file##*/}${*:+ $*}" >"$page"
    if [ ! -f "$file" ]; then
        echo "Not measured: the table was not there." >>"$page"
        write_page
        return
    fi
    echo "results: $experiment of $dataset" >&2
    "$zigong" experiment "$experiment" --dataset "$dataset" "$file" "$@" --md >"$page.new" 2>"$page.log" 7>&- || rc=$?
    spend "$page.log" "$spent" $((SECONDS - started))
    [ $rc != 130 ] || exit 130
    if [ $rc = 0 ] && [ -f "$spent" ]; then mv "$spent" "$spent.done"; fi
    total=$((total + $(cat "$spent.done" 2>/dev/null || cat "$spent")))
    if [ $rc = 0 ]; then
        cat "$page.new" >>"$page"
        printf '\nThis took %d s; what earlier experiments had computed was found again.\n' "$(cat "$spent.done")" >>"$page"
        if [ "$(code)" = "$commit" ]; then echo "$made" >"$page.made"; fi
    else
        printf 'Not measured: %s\n' "$(tail -n 1 "$page.log")" >>"$page"
        failed=$((failed + 1))
    fi
    rm -f "$page.new"
    write_page
}

# After every experiment, so that a stopped measurement leaves what it has.
write_page() {
    {
        cat "$findings"
        printf '\n# Tables\n\n'
        if [ -n "$full" ]; then echo "All samples took part (\`--full\`), at most 1,000 in fidelity."; else echo "At most 4,000 training and 1,500 reference samples took part, fewer where a command or a table says so (no \`--full\`)."; fi
        echo "Measured with \`./zigong results${full:+ $full}\` at commit $(code) on $(nproc) cores, $((total / 60)) minutes."
        for page in "${pages[@]}"; do echo; cat "$page"; done
    } >"$out.new"
    mv "$out.new" "$out"
}

german=$data/calm/german.data australian=$data/calm/australian.dat polish=$data/calm/polish_1year.arff
uci=$data/uci-default/UCI_Credit_Card.csv lending=$data/lending-club/lendingclub_2007_2011.csv

# All of this is to take less than two hours on two cores, so rules that tables agree on are left out of the longer ones. LESS needs exact gradients, which are
# too many where all samples take part.
halves="full random-50 default-50 top-50 plain-50"
less=less-50 cap_polish="--set Snapshot:MaximumTraining=2000" cap_panel="--set Snapshot:MaximumTest=6000"
[ -z "$full" ] || less="" cap_polish="" cap_panel=""

# The paper's claim, and its rivals.
measure baseline simulated "$simulated"
measure baseline german "$german" --folds 5
# shellcheck disable=SC2086
{
measure baseline australian "$australian" --folds 3 --arms $halves
# 64 fields make long prompts: fewer samples, arms and seeds, or this one table would take an hour.
measure baseline polish "$polish" --folds 3 --seeds 1 $cap_polish --arms full random-50 top-50 plain-50
measure baseline uci-default "$uci" --arms $halves tracincp-50 loss-50 $less
measure baseline lending-club "$lending" --arms $halves tracincp-50 loss-50 newest-50
# Decay.
measure decay simulated "$simulated" --seeds 5
measure decay lending-club "$lending"
measure decay uci-default-panel "$uci" $cap_panel
}
# Groups: German in the folds of its baseline, whose runs are found again.
measure fairness german "$german" --folds 5
measure fairness uci-default "$uci"
# What the scores are worth.
# Leaving one sample out is left out: docs/results/fidelity.md has it, and it is noise.
measure fidelity german "$german" --measure lds --measure flips --measure sketch --measure stability
measure fidelity simulated "$simulated" --measure lds --measure flips
# Where labels are wrong, choosing has something to leave out.
measure baseline "$folder/simulated-mislabelled.yaml" "$mislabelled" --arms full random-50 top-50
# Which decay, and how much of the data. What the sample's age does is in decay, what sketches do in fidelity.
measure gamma simulated "$simulated"
measure mix simulated "$simulated"
measure prune-ratio simulated "$simulated"

echo "results: $number experiments, $failed failed; see $out" >&2
[ $failed = 0 ]
