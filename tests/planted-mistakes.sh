#!/usr/bin/env bash
# Plants mistakes of devices in a copy of the sources, one at a time, and says whether the scan of the sources or a test on the second
# device finds each: `tests/planted-mistakes.sh`. It takes some minutes, and leaves nothing behind.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cd "$copy"

build() { dotnet build "tests/$1" -c Release -v q -nologo -clp:ErrorsOnly > build.log 2>&1; }
passes() { dotnet test "tests/$1" -c Release --no-build --filter "$2" > test.log 2>&1; }
scan() { passes SelfSup.Tests FullyQualifiedName~DeviceHygiene; }

build SelfSup.Tests && build SelfSup.Device.Tests || { cat build.log; exit 1; }
scan && passes SelfSup.Device.Tests "FullyQualifiedName~Augmentation|FullyQualifiedName~The_same_seed" \
  || { echo "Something fails before any mistake is planted:"; grep -m 20 -E "error|Failed|differs| is on " test.log; exit 1; }

found=0 planted=0
# What the mistake is, its file, the line as it is and as it becomes (fixed text), and the tests on the device that go through it.
plant() {
  local what=$1 file=src/SelfSup/$2 before=$3 after=$4 tests=$5 by=
  planted=$((planted + 1))
  cp "$file" original
  BEFORE=$before AFTER=$after perl -0pi -e 's/\Q$ENV{BEFORE}\E/$ENV{AFTER}/' "$file"
  if cmp -s "$file" original; then
    echo "not planted: $what: $file has no '$before'"
    return
  fi
  scan || by="the scan"
  # Draws that are banned do not even compile.
  if ! build SelfSup.Device.Tests; then
    by="${by:+$by and }the build ($(grep -o -m 1 -E 'error [A-Z]+[0-9]+' build.log))"
  elif ! passes SelfSup.Device.Tests "$tests"; then
    by="${by:+$by and }the device tests"
  fi
  if [ -n "$by" ]; then
    found=$((found + 1))
    echo "found by $by: $what"
  else
    echo "NOT FOUND: $what"
  fi
  mv original "$file"
}

plant "a constant of ColorJitter stays on the CPU" Augmentations/ColorJitter.cs \
  "luminance.On(device)" "luminance.On(CPU)" "FullyQualifiedName~Augmentation&DisplayName~jitter"
plant "the steps of Tiles have no device" Tasks/Tiles/Tiles.cs \
  "arange(side, int64, images.device)" "arange(side, int64)" "FullyQualifiedName~The_same_seed&DisplayName~jigsaw"
plant "the steps of Tiles are on the CPU" Tasks/Tiles/Tiles.cs \
  "arange(side, int64, images.device)" "arange(side, int64, CPU)" "FullyQualifiedName~The_same_seed&DisplayName~jigsaw"
plant "a loss reads a value back" Losses/ClassificationLoss.cs \
  "using var scope = NewDisposeScope();" "using var scope = NewDisposeScope(); if (labels.max().item<long>() < 0) throw new InvalidOperationException();" \
  "FullyQualifiedName~Head_losses&DisplayName~rotation"
plant "a task draws by itself" Tasks/Tiles/TileColors.cs \
  "random.Integers(3, [tiles.shape[0], 1, 1, 1])" "randint(0, 3, [tiles.shape[0], 1, 1, 1], int64, device: tiles.device, generator: new Generator(1))" \
  "FullyQualifiedName~The_same_seed&DisplayName~relative-patch"
plant "the candidates of ColorBins stay on the CPU" Tasks/Colorization/ColorBins.cs \
  "Candidates.On(ab.device)" "Candidates.On(CPU)" "FullyQualifiedName~The_same_seed&DisplayName~colorization"
plant "numbers are copied to the device at once" Tasks/Inpainting/InpaintingTask.cs \
  "meanColor.On(images.device)" "tensor(new byte[] { 123, 117, 104 }, device: images.device).view(1, 3, 1, 1)" \
  "FullyQualifiedName~The_same_seed&DisplayName~inpainting"

echo "$found of $planted found"
[ "$found" -eq "$planted" ]
