#!/usr/bin/env bash
# Publishes samples and tests for Windows x64 with their own .NET and libtorch, and runs them under Wine: `tests/windows.sh`.
# It takes some ten minutes and 1 GB, and leaves nothing behind. Needs Debian's wine and wine64; skipped without.
# docs/windows.md says what holds on Windows, and what is left out here and why.
set -uo pipefail
cd "$(dirname "$0")/.."
command -v wine > /dev/null || { echo "skipped: there is no Wine here (wine and wine64 of Debian)."; exit 0; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Below the repository, so that tests find what lies beside it.
mkdir -p tests/Windows/bin
work=$(mktemp -d "$PWD/tests/Windows/bin/run.XXXXXX")
app=$work/app
# Of the server only that of this prefix is ended.
trap 'WINEPREFIX=$work/wine wineserver -k 2> /dev/null; rm -rf "$work"' EXIT

for project in samples/Quickstart samples/Pretrain samples/Probe tests/Windows; do
  nice dotnet publish "$project" -c Release -r win-x64 --self-contained -p:TorchBackend=none --artifacts-path "$work/build" -o "$app" -v q \
    > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
done
version=$(sed -n 's/.*<LibTorchVersion>\(.*\)<.*/\1/p' Directory.Packages.props)
mkdir "$work/get"
cat > "$work/get/get.csproj" <<P
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="libtorch-cpu-win-x64" Version="[$version]" /></ItemGroup>
</Project>
P
dotnet restore "$work/get" > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
for library in "$packages/libtorch-cpu-win-x64/$version"/runtimes/win-x64/native/*.dll; do
  ln "$library" "$app" 2> /dev/null || cp "$library" "$app"
done
rm -rf "$work/build" "$work/get"

# Wine 8 has no GetNumaNodeProcessorMaskEx, which Intel's OpenMP asks for; and .NET's W^X mappings end in an internal error there.
export WINEPREFIX=$work/wine WINEDEBUG=-all KMP_AFFINITY=disabled DOTNET_EnableWriteXorExecute=0 OMP_NUM_THREADS=1
cd "$work" || exit 1
wrong=0
check() { # what it is, and the command
  local what=$1
  shift
  if "$@" > "$work/log" 2>&1; then
    echo "passed: $what"
    grep -aE " tests, |^skipped:" "$work/log"
  else
    wrong=$((wrong + 1))
    echo "FAILED: $what"
    tail -n 60 "$work/log"
  fi
}
windows() { timeout 900 nice wine "$app/$1.exe" "${@:2}"; }
pretrain() { windows Pretrain --task rotation --images pictures --encoder convnet --size 32 --epochs 12 --batch 16 --device cpu --output "$@"; }

# Noise in bitmaps: 8 x 8 pixels behind a header of 54 bytes.
mkdir -p pictures/one pictures/two
for i in $(seq 48); do
  for class in one two; do
    { printf 'BM\366\0\0\0\0\0\0\0\66\0\0\0\50\0\0\0\10\0\0\0\10\0\0\0\1\0\30\0'; head -c 24 /dev/zero; head -c 192 /dev/urandom; } \
      > "pictures/$class/$i.bmp"
  done
done

# A run that is killed after its first checkpoint, and resumed, ends with the bytes of one that is not.
killed_and_resumed() {
  pretrain "whole run" || return 1
  nice wine "$app/Pretrain.exe" --task rotation --images pictures --encoder convnet --size 32 --epochs 12 --batch 16 --device cpu \
    --output "killed run" &
  local process=$!
  for _ in $(seq 600); do
    compgen -G "killed run/checkpoints/*.safetensors" > /dev/null && break
    sleep 0.2
  done
  kill -9 "$process" && ! wait "$process" && [ ! -e "killed run/encoder.safetensors" ] || { echo "It had ended before the kill."; return 1; }
  pretrain "killed run" --resume && cmp "whole run/encoder.safetensors" "killed run/encoder.safetensors"
}

check "Quickstart" windows Quickstart --epochs 1 --images pictures --output "quick start"
check "Pretrain, killed and resumed" killed_and_resumed
check "Probe" windows Probe --encoder "whole run/encoder.safetensors" --train pictures --test pictures
check "tests of the data" windows SelfSup.Windows SelfSup.Data.Tests
check "tests of files and paths" windows SelfSup.Windows SelfSup.Tests AtomicFile EncoderFile SafetensorsFile FileKind TorchFileTests ScalarLifetime
check "tests of resumed runs" windows SelfSup.Windows SelfSup.Tests ResumeTests ResumeCorners
echo "$wrong of 6 failed"
[ "$wrong" -eq 0 ]
