#!/usr/bin/env bash
# Every published table, measured anew: a page for each data set, and an index.
#
#   results.sh ZIGONG DATA FOLDER INDEX [--full]
#
# ZIGONG runs the command line. DATA holds the real tables; one that is not there is left out, and its page says so. FOLDER gets a Markdown file
# per experiment; INDEX, docs/results.md, and the pages beside it, docs/results/NAME.md, are put together from these. Experiments that are
# finished are found again, so that a stopped measurement goes on where it was; a table that the same commit has finished, of the same file,
# stays as it is.
set -euo pipefail

[ $# -ge 4 ] || { echo "usage: results.sh ZIGONG DATA FOLDER INDEX [--full]" >&2; exit 2; }
zigong=$1 data=$2 folder=$3 index=$4 pages=${4%.md} full=${5:-}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$here/../..
mkdir -p "$folder" "$pages"
# Its children must not keep the lock: a server outlives this script.
exec 7>"$folder/lock"
flock -n 7 || { echo "results: they are being measured already" >&2; exit 3; }

# The code that is there now; every call of ZIGONG builds what has changed.
code() {
    local commit
    commit=$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown)
    if [ -n "$(git -C "$root" status --porcelain -- zigong services shared infra 'Directory.*.props' global.json 2>/dev/null)" ]; then
        commit="$commit with changes"
    fi
    echo "$commit"
}

# EXPERIMENT DATASET FILE, and what else the command gets. Instead of figures that cannot be had stands the reason.
number=0 failed=0
measure() {
    local experiment=$1 dataset=$2 file=$3 name part spent commit made="" rc=0
    shift 3
    if [ "$experiment" != fidelity ] && [ -n "$full" ]; then set -- "$@" --full; fi
    number=$((number + 1))
    name=$(basename "$dataset" .yaml)
    part=$folder/$(printf %02d "$number")-$name-$experiment.md
    spent=$folder/$name-$experiment-$(echo "$*" | sha256sum | cut -c1-8).seconds
    commit=$(code)
    # Nobody knows whether code without a commit is the same.
    case $commit in
        unknown* | *changes) ;;
        *) if [ -r "$file" ]; then made="$commit $(sha256sum <"$file") $experiment $dataset $*"; fi ;;
    esac
    if [ -n "$made" ] && [ -f "$part" ] && [ "$(cat "$part.made" 2>/dev/null)" = "$made" ]; then
        publish "$name" "$experiment" "$part" "$(cat "$spent.done")"
        return
    fi
    rm -f "$part.made"
    printf '## %s\n\n```\n./zigong experiment %s --dataset %s %s\n```\n\n' \
        "$experiment" "$experiment" "${dataset##*/}" "${file##*/}${*:+ $*}" >"$part"
    if [ ! -f "$file" ]; then
        echo "Not measured: the table was not there." >>"$part"
        publish "$name" "$experiment" "$part" 0
        return
    fi
    echo "results: $experiment of $dataset" >&2
    compute "$part" "$spent" experiment "$experiment" --dataset "$dataset" "$file" "$@" --md
    if [ $rc = 0 ] && [ "$(code)" = "$commit" ]; then echo "$made" >"$part.made"; fi
    publish "$name" "$experiment" "$part" "$(cat "$spent.done" 2>/dev/null || cat "$spent")"
}

# PART SPENT, and what ZIGONG gets: its answer goes to PART, its exit code to the caller's rc.
compute() {
    local part=$1 spent=$2 started=$SECONDS
    shift 2
    "$zigong" "$@" >"$part.new" 2>"$part.log" 7>&- || rc=$?
    spend "$part.log" "$spent" $((SECONDS - started))
    if [ $rc = 130 ]; then exit 130; fi
    if [ $rc = 0 ]; then
        if [ -f "$spent" ]; then mv "$spent" "$spent.done"; fi
        cat "$part.new" >>"$part"
        printf '\nThis took %d s; what earlier experiments had computed was found again.\n' "$(cat "$spent.done")" >>"$part"
    else
        printf 'Not measured: %s\n' "$(tail -n 1 "$part.log")" >>"$part"
        failed=$((failed + 1))
    fi
    rm -f "$part.new"
}

# Seconds that a table has taken, those of measurements that were stopped included: LOG, FILE that keeps them, and what was spent now. Finding
# everything again is no measuring; a table that was finished and is measured anew, by other code, begins at 0.
spend() {
    local before=0
    if grep -qE '^([0-9,]+) of \1 runs were there already' "$1" && [ -f "$2.done" ]; then return; fi
    if [ -f "$2" ]; then before=$(cat "$2"); fi
    rm -f "$2.done"
    echo $((before + $3)) >"$2"
}

# DATASET EXPERIMENT PART SECONDS: the table joins its data set's page, and the index. After every experiment, so that a stopped measurement
# leaves what it has.
names=()
declare -A parts links seconds
publish() {
    local name=$1 part remark=""
    [ -n "${parts[$name]:-}" ] || names+=("$name")
    if grep -q '^Not measured: ' "$3"; then remark=" (not measured)"; fi
    parts[$name]+="$3"$'\n'
    links[$name]+="${links[$name]:+, }[$2]($(basename "$pages")/$name.md#$2)$remark"
    seconds[$name]=$((${seconds[$name]:-0} + $4))
    {
        printf '# %s\n\nWritten by `./zigong results`: [all data sets](../%s), [what we found](../findings.md).\n' "$name" "$(basename "$index")"
        while read -r part; do echo; cat "$part"; done <<<"${parts[$name]%$'\n'}"
    } >"$pages/$name.md"
    write_index >"$index.new"
    mv "$index.new" "$index"
}

write_index() {
    local name total=0 took_part="All samples took part (\`--full\`), at most 1,000 in fidelity."
    [ -n "$full" ] || took_part="At most 4,000 training and 1,500 reference samples took part, fewer where a command or a table says so (no \`--full\`)."
    for name in "${names[@]}"; do total=$((total + seconds[$name])); done
    cat <<END
# Results

One page for each data set, written by \`./zigong results\`. What they say together is in [findings.md](findings.md), how the experiments are made
in [experiments.md](experiments.md); [results/fidelity.md](results/fidelity.md) is an earlier draw of what scores are worth.

$took_part
Measured with \`./zigong results${full:+ $full}\` at commit $(code) on $(nproc) cores, $((total / 60)) minutes.

| Data set | Tables | Seconds |
|---|---|--:|
END
    for name in "${names[@]}"; do echo "| $name | ${links[$name]} | ${seconds[$name]} |"; done
}

# Borrowers enough for a test side of a thousand. The second table has a sixth of its labels wrong but in the last half year, where the
# reference and test sides lie; a data set of its own, or its rows would take the place of the right ones.
simulated=$folder/simulated.csv mislabelled=$folder/simulated-mislabelled.csv
"$zigong" simulate --out "$simulated" --borrowers 10000 --seed 1 >/dev/null 7>&-
"$zigong" simulate --out "$mislabelled" --borrowers 10000 --seed 1 --flips 0.167 >/dev/null 7>&-
sed 's/^name: simulated$/name: simulated-mislabelled/' "$root/shared/Credit/Descriptors/catalog/simulated.yaml" >"$folder/simulated-mislabelled.yaml"
grep -q '^name: simulated-mislabelled$' "$folder/simulated-mislabelled.yaml" ||
    { echo "results: the descriptor of simulated begins otherwise now" >&2; exit 1; }

german=$data/calm/german.data australian=$data/calm/australian.dat polish=$data/calm/polish_1year.arff
uci=$data/uci-default/UCI_Credit_Card.csv lending=$data/lending-club/lendingclub_2007_2011.csv

# All of this is to take less than two hours on two cores, so rules that tables agree on are left out of the longer ones. LESS needs exact
# gradients, which are too many where all samples take part.
halves=(full random-50 default-50 top-50 plain-50)
less=(less-50) cap_polish=(--set Snapshot:MaximumTraining=2000) cap_panel=(--set Snapshot:MaximumTest=6000)
[ -z "$full" ] || less=() cap_polish=() cap_panel=()

# The paper's claim, and its rivals.
measure baseline simulated "$simulated"
measure baseline german "$german" --folds 5
measure baseline australian "$australian" --folds 3 --arms "${halves[@]}"
# 64 fields make long prompts: fewer samples, arms and seeds, or this one table would take an hour.
measure baseline polish "$polish" --folds 3 --seeds 1 "${cap_polish[@]}" --arms full random-50 top-50 plain-50
measure baseline uci-default "$uci" --arms "${halves[@]}" tracincp-50 loss-50 "${less[@]}"
measure baseline lending-club "$lending" --arms "${halves[@]}" tracincp-50 loss-50 newest-50
# Decay.
measure decay simulated "$simulated" --seeds 5
measure decay lending-club "$lending"
measure decay uci-default-panel "$uci" "${cap_panel[@]}"
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

echo "results: $number experiments, $failed failed; see $index" >&2
[ $failed = 0 ]
