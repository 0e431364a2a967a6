#!/usr/bin/env bash
# Packs the libraries and the tool, then builds and runs the program beside this script on the packages, and the tool, as a user would.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=0.0.0-consumer.$(date +%s) # never one that a cache has

# Everything is built outside the checkout, whose own build must not take over this version.
dotnet pack ../../SelfSup.sln -c Release -p:Version="$version" --artifacts-path "$work/library" -o "$work/packages"
for package in SelfSup SelfSup.Data SelfSup.Distributed SelfSup.Extensions.AI SelfSup.ImageSharp SelfSup.OnnxRuntime SelfSup.Parquet SelfSup.Plots SelfSup.Reports; do
  for extension in nupkg snupkg; do
    [ -f "$work/packages/$package.$version.$extension" ] || { echo "There is no $package.$extension."; exit 1; }
  done
done
if grep -riE 'id="(libtorch|TorchSharp-c)' --include='*.nuspec' "$work/library/obj"; then
  echo "A package chooses the libtorch; that is the app's choice."
  exit 1
fi

# SelfSup goes to a folder of its own; what else is needed comes from the user's package folder where it is there.
user_packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')
mkdir -p "$user_packages"
dotnet run -c Release --artifacts-path "$work/consumer" \
  -p:PackageSource="$work/packages" -p:SelfSupVersion="$version" \
  -p:RestorePackagesPath="$work/restored" -p:RestoreFallbackFolders="$user_packages"

# The tool, as a user installs it, with its libtorch: it learns from two pictures.
dotnet tool install SelfSup.Tool --tool-path "$work/tool" --version "$version" --source "$work/packages"
mkdir "$work/pictures"
cp ../../docs/label-efficiency.png "$work/pictures/1.png"
cp ../../docs/label-efficiency.png "$work/pictures/2.png"
"$work/tool/selfsup" pretrain --images "$work/pictures" --encoder convnet --size 32 --batch 2 --steps 2 --output "$work/run"
[ "$("$work/tool/selfsup" duplicates --images "$work/pictures" --encoder "$work/run/encoder.safetensors" --json 2> /dev/null | grep -c '"keep": "1.png"')" = 1 ]
