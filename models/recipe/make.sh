#!/usr/bin/env bash
# Recreates the demo's teacher and student with this project's own tools:
#   models/recipe/make.sh STORIES15M FAIRYTALEQA OUT
# STORIES15M is a directory with the public stories15M model as ONNX, FAIRYTALEQA the train folder of that data set.
# About an hour and a half on two cores. Maven fetches what FairyTales.java is compiled against.
set -euo pipefail
recipe=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stillstream="$recipe/../../stillstream"
stories15m=${1:?a directory with stories15M as ONNX} fairytales=${2:?the train folder of FairytaleQA} out=${3:?a directory}
mkdir -p "$out"

# 1. A larger model generates a story to each opening.
"$stillstream" generate --teacher "$stories15m" --prompts "$recipe/composed.jsonl" --out "$out/composed.jsonl" \
  --temperature 0.7 --max-tokens 220 --batch 64 --threads 1
"$stillstream" generate --teacher "$stories15m" --prompts "$recipe/openings.jsonl" --out "$out/openings.jsonl" \
  --repeat 12 --temperature 0.7 --max-tokens 200 --batch 60 --threads 1
cat "$out/composed.jsonl" "$out/openings.jsonl" > "$out/stories.jsonl"

# 2. The teacher is trained on them from random weights, with a tokenizer of its own, and exported to ONNX.
"$stillstream" train-tokenizer "$out/teacher-tokenizer" --texts "$out/composed.jsonl" --vocabulary 2048
"$stillstream" new-student "$out/teacher-new" --tokenizer "$out/teacher-tokenizer" \
  --hidden 192 --intermediate 512 --layers 4 --heads 6 --key-value-heads 3 --context 320
"$stillstream" pretrain --student "$out/teacher-new" --texts "$out/stories.jsonl" --out "$out/teacher-hf" \
  --epochs 9 --learning-rate 2e-3 --warmup-steps 100
"$stillstream" export-onnx "$out/teacher-hf" "$out/teacher" --weights FP16

# 3. The student, a fifth of the size, is trained on another kind of English with a tokenizer of its own, so that the
#    teacher's stories are new to it.
mvn -q -B -f "$recipe/pom.xml" dependency:build-classpath -Dmdep.outputFile="$out/classpath"
java -cp "$(cat "$out/classpath")" "$recipe/FairyTales.java" "$fairytales" > "$out/fairy-tales.jsonl"
"$stillstream" train-tokenizer "$out/student-tokenizer" --texts "$out/fairy-tales.jsonl" --vocabulary 1024
"$stillstream" new-student "$out/student-new" --tokenizer "$out/student-tokenizer" \
  --hidden 96 --intermediate 256 --layers 3 --heads 4 --key-value-heads 2 --context 320
"$stillstream" pretrain --student "$out/student-new" --texts "$out/fairy-tales.jsonl" --out "$out/student" \
  --epochs 2 --learning-rate 3e-3 --warmup-steps 50

echo "copy $out/teacher and $out/student to pipeline/src/main/resources/demo"
