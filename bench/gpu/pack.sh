#!/usr/bin/env bash
# Packs the tool, reference cases and run.sh for a Linux machine with an NVIDIA driver that has neither .NET nor network.
# Usage: bench/gpu/pack.sh [FILE.tar.xz]    RNNJIT_DATA names the reference data, which are packed where they are there.
set -euo pipefail
case "${1:-}" in
  -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="$(realpath -m "${1:-rnnjit-gpu.tar.xz}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/rnnjit-gpu"
mkdir -p "$root/data"

# Machine code of the framework and of Roslyn would double the file.
dotnet publish "$here/../../src/RnnJit.Cli" -c Release -r linux-x64 --self-contained true -p:PublishReadyToRun=false \
  -p:SatelliteResourceLanguages=en -p:InvariantGlobalization=true -p:DebugType=none -p:GenerateDocumentationFile=false -v quiet -o "$root/tool"
rm -f "$root"/tool/*.xml "$root"/tool/*.pdb
for part in golden keras tflite; do
  if [ -d "${RNNJIT_DATA:-/nowhere}/$part" ]; then
    cp -r "$RNNJIT_DATA/$part" "$root/data/$part"
  else
    echo "pack.sh: reference data '$part' are not there, so they are not packed (set RNNJIT_DATA to their folder)" >&2
  fi
done
cp "$here/run.sh" "$here/peer.py" "$root/"
git -C "$here" rev-parse HEAD > "$root/commit" 2> /dev/null || echo unknown > "$root/commit"
tar -C "$work" -cf - rnnjit-gpu | xz -9e -T0 > "$target.part"
mv "$target.part" "$target"
echo "$target: $(stat -c %s "$target") bytes"
