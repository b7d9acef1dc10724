#!/usr/bin/env bash
# Verifies RnnJit on a GPU and times it beside PyTorch. It needs a Linux machine with an NVIDIA driver; no .NET, no network.
# Usage: ./run.sh [--device NAME] [--out FOLDER] [--only PHASE,PHASE] [--seconds N] [--again]
#   --device   the device, cuda:0 if it is left out; ilgpu-cpu tries the script itself on any machine
#   --out      results, 'results' if it is left out: PHASE.json or .txt, PHASE.log, summary.json, summary.txt
#   --only     phases to run, of: doctor golden golden-f64 keras tflite cells cells-f64 sanitizer bench peer
#   --seconds  how long each layer is timed, 2 if it is left out
#   --again    runs phases anew that have ended before; else a second run goes on where the first one stopped
# Exit code: 0 where all phases that could run passed, 1 where one failed, 2 for wrong options.
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
phases=(doctor golden golden-f64 keras tflite cells cells-f64 sanitizer bench peer)
device=cuda:0 out=results only="" seconds=2 again=0

wrong() { echo "run.sh: $1 (see ./run.sh --help)" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --again) again=1; shift; continue ;;
    --device | --out | --only | --seconds) [ $# -ge 2 ] || wrong "$1 has no value, wanted one" ;;
    *) wrong "'$1' is no option" ;;
  esac
  case "$1" in
    --device) device="$2" ;;
    --out) out="$2" ;;
    --only) only="$2" ;;
    --seconds) seconds="$2" ;;
  esac
  shift 2
done
[[ "$seconds" =~ ^[0-9]+([.][0-9]+)?$ ]] || wrong "--seconds is '$seconds', wanted a number"
for phase in ${only//,/ }; do
  [[ " ${phases[*]} " == *" $phase "* ]] || wrong "'$phase' is no phase, wanted one of ${phases[*]}"
done

# From a clone the built tool and the reference data of RNNJIT_DATA serve, so that the script itself can be tried.
tool="${RNNJIT_TOOL:-$here/tool/rnnjit}"
data="$here/data"
[ -d "$data" ] || data="${RNNJIT_DATA:-$data}"
[ -x "$tool" ] || wrong "'$tool' is not there, wanted the tool (unpack the archive of pack.sh whole, or set RNNJIT_TOOL)"
mkdir -p "$out" || wrong "the folder '$out' cannot be made"

# Results of another device or build are not taken for this one's.
subject="$device $(cat "$here/commit" 2> /dev/null || echo unknown)"
if [ -f "$out/subject" ] && [ "$(cat "$out/subject")" != "$subject" ]; then
  [ "$again" = 1 ] && [ -z "$only" ] || wrong "'$out' holds results of '$(cat "$out/subject")', wanted '$subject': choose another --out, or --again without --only"
fi
printf '%s\n' "$subject" > "$out/subject" || wrong "'$out' cannot be written"

# T, B, H: DeepBench's recurrent layers, a long sequence of few rows, many rows.
shapes=("25 16 512" "25 32 512" "50 32 1024" "100 1 256" "50 256 512" "1024 16 768")

# Each phase leaves PHASE.state: passed, failed, or 'not run: REASON'.
state() { cat "$out/$1.state" 2> /dev/null || echo "not run"; }
note() { printf '%s\n' "$2" > "$out/$1.state"; }

phase() {
  local name="$1"
  shift
  if [ -n "$only" ] && [[ ",$only," != *",$name,"* ]]; then return; fi
  if [ "$again" = 0 ] && [ "$(state "$name")" = passed ]; then
    echo "$name: passed before"
    return
  fi
  local start=$SECONDS
  rm -f "$out/$name.state"
  "$@" > "$out/$name.log" 2>&1
  local code=$?
  [ -f "$out/$name.state" ] || { [ $code -eq 0 ] && note "$name" passed || note "$name" failed; }
  echo "$name: $(state "$name") ($((SECONDS - start)) s)"
}

reference() {
  local name="$1" kind="$2"
  shift 2
  if [ ! -d "$data/$kind" ]; then
    note "$name" "not run: the reference data '$kind' are not there"
    return
  fi
  local paths=("$data/$kind")
  [ "$kind" = golden ] || mapfile -t paths < <(find "$data/$kind" -name '*.json' | sort)
  "$tool" verify "$kind" "${paths[@]}" --device "$device" "$@" --json > "$out/$name.json"
}

sanitizer() {
  if [[ "$device" != cuda* ]]; then note sanitizer "not run: it is for CUDA"; return; fi
  if ! command -v compute-sanitizer > /dev/null; then note sanitizer "not run: compute-sanitizer is not installed"; return; fi
  local check
  for check in memcheck racecheck initcheck synccheck; do
    compute-sanitizer --tool "$check" --error-exitcode 3 "$tool" verify cells --device "$device" --only gru || return 1
  done
}

# One line of JSON for each layer; those that were measured before stay.
layers() {
  local name="$1" file="$out/$1.json" shape pass cell failed=0
  shift
  touch "$file"
  for cell in lstm gru; do
    for pass in forward training; do
      for shape in "${shapes[@]}"; do
        local key="$cell $pass $shape" line
        grep -qF "\"key\": \"$key\"" "$file" && continue
        if line="$("$@" "$cell" "$pass" $shape)" && [ -n "$line" ]; then
          printf '{"key": "%s", "device": "%s", "result": %s}\n' "$key" "$device" "$line" >> "$file"
        else
          echo "$key: no result" >&2
          failed=1
        fi
      done
    done
  done
  return $failed
}

own() {
  local training=()
  [ "$2" = forward ] || training=(--training)
  "$tool" bench "$1" --device "$device" --seq "$3" --batch "$4" --hidden "$5" --seconds "$seconds" "${training[@]}" --json
}

torch() { python3 "$here/peer.py" "$1" "$2" "$3" "$4" "$5" --seconds "$seconds"; }

peer() {
  if [[ "$device" != cuda* ]]; then note peer "not run: it is for CUDA"; return; fi
  if ! python3 -c 'import torch; assert torch.cuda.is_available()' 2> /dev/null; then note peer "not run: PyTorch with CUDA is not installed"; return; fi
  layers peer torch
}

[ "$again" = 0 ] || for name in bench peer; do
  if [ -z "$only" ] || [[ ",$only," == *",$name,"* ]]; then rm -f "$out/$name.json"; fi
done

phase doctor bash -c '"$0" doctor --json > "$1" && { nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv || true; }' "$tool" "$out/doctor.json"
phase golden reference golden golden
phase golden-f64 reference golden-f64 golden --precision f64
phase keras reference keras keras
phase tflite reference tflite tflite
phase cells bash -c '"$0" verify cells --device "$1" --json > "$2"' "$tool" "$device" "$out/cells.json"
phase cells-f64 bash -c '"$0" verify cells --device "$1" --precision f64 --json > "$2"' "$tool" "$device" "$out/cells-f64.json"
phase sanitizer sanitizer
phase bench layers bench own
phase peer peer

# The fastest run in milliseconds, of a line of bench.json or peer.json.
fastest() {
  grep -F "\"key\": \"$2\"" "$out/$1.json" 2> /dev/null | head -n 1 | sed -n 's/.*"min": \{0,1\}\([0-9.eE+-]*\).*/\1/p' | awk '{ printf "%.3f", $1 * 1000 }'
}

{
  echo "RnnJit $(cat "$here/commit" 2> /dev/null || git -C "$here" rev-parse HEAD 2> /dev/null || echo unknown) on $device, $(date -u +%Y-%m-%dT%H:%MZ)"
  echo
  for name in "${phases[@]}"; do printf '%-12s %s\n' "$name" "$(state "$name")"; done
  echo
  printf '%-8s %-9s %6s %6s %6s %14s %14s %8s\n' cell pass T B H 'RnnJit, ms' 'PyTorch, ms' ratio
  for cell in lstm gru; do
    for pass in forward training; do
      for shape in "${shapes[@]}"; do
        mine="$(fastest bench "$cell $pass $shape")" other="$(fastest peer "$cell $pass $shape")"
        ratio="$(awk -v a="$other" -v b="$mine" 'BEGIN { if (a != "" && b != "" && b > 0) printf "%.2f", a / b; else printf "-" }')"
        # shellcheck disable=SC2086
        printf '%-8s %-9s %6s %6s %6s %14s %14s %8s\n' "$cell" "$pass" $shape "${mine:-not run}" "${other:-not run}" "$ratio"
      done
    done
  done
} > "$out/summary.txt"

{
  printf '{"device": "%s", "commit": "%s", "phases": {' "$device" "$(cat "$here/commit" 2> /dev/null || echo unknown)"
  separator=""
  for name in "${phases[@]}"; do printf '%s"%s": "%s"' "$separator" "$name" "$(state "$name" | tr -d '"\\')"; separator=", "; done
  printf '}, "bench": [%s], "peer": [%s]}\n' "$(paste -sd, "$out/bench.json" 2> /dev/null)" "$(paste -sd, "$out/peer.json" 2> /dev/null)"
} > "$out/summary.json"

cat "$out/summary.txt"
for name in "${phases[@]}"; do [ "$(state "$name")" != failed ] || exit 1; done
