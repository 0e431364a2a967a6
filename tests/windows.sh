#!/usr/bin/env bash
# Publishes samples and tests for Windows x64 with their own .NET and libtorch, and runs them under Wine: `tests/windows.sh`.
# It takes some ten minutes and 1.5 GB, and leaves nothing behind. Needs Debian's wine and wine64; skipped without.
# What docs/windows.md says of Windows was seen here.
set -uo pipefail
cd "$(dirname "$0")/.."
command -v wine > /dev/null || { echo "skipped: there is no Wine here (wine and wine64 of Debian)."; exit 0; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

work=$(mktemp -d)
app=$work/app
# The server of this prefix alone is ended, and nothing else.
trap 'WINEPREFIX=$work/wine wineserver -k 2> /dev/null; rm -rf "$work"' EXIT
wrong=0
check() { # what it is, and the command
  local what=$1; shift
  if "$@" > "$work/log" 2>&1; then
    echo "passed: $what"
    grep -E "tests, |^skipped:" "$work/log"
  else
    wrong=$((wrong + 1))
    echo "FAILED: $what"
    tail -n 60 "$work/log"
  fi
}

for project in samples/Quickstart samples/Pretrain samples/Probe tests/Windows; do
  dotnet publish "$project" -c Release -r win-x64 --self-contained -p:TorchBackend=none --artifacts-path "$work/build" -o "$app" -v q \
    > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
done
mkdir "$work/get"
cat > "$work/get/get.csproj" <<P
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="libtorch-cpu-win-x64" Version="[$(sed -n 's/.*<LibTorchVersion>\(.*\)<.*/\1/p' Directory.Packages.props)]" /></ItemGroup>
</Project>
P
dotnet restore "$work/get" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
for library in "$packages"/libtorch-cpu-win-x64/*/runtimes/win-x64/native/*.dll; do
  ln "$library" "$app" 2> /dev/null || cp "$library" "$app"
done
rm -rf "$work/build"

# Wine 8 has no GetNumaNodeProcessorMaskEx, which Intel's OpenMP asks for; and .NET's W^X mappings end in an internal error there.
export WINEPREFIX=$work/wine WINEDEBUG=-all KMP_AFFINITY=disabled DOTNET_EnableWriteXorExecute=0
windows() { timeout 600 nice wine "$app/$1.exe" "${@:2}"; }
tests() { windows SelfSup.Windows "$@"; }
cd "$work"

check "Quickstart" windows Quickstart --epochs 1 --output "quick start"
check "Probe" windows Probe --encoder "quick start/rotation/encoder.safetensors" --images "quick start"
check "tests of the data" tests SelfSup.Data.Tests.dll
check "tests of files and runs" tests SelfSup.Tests.dll Tests.Files. Training.Runs. ResumeTests ScalarLifetime
echo "$wrong failures"
[ "$wrong" -eq 0 ]
