#!/usr/bin/env bash
# Invokes the migration function and fails when it does: migrate.sh FUNCTION
set -euo pipefail
answer=$(mktemp)
error=$(aws lambda invoke --function-name "$1" --cli-binary-format raw-in-base64-out --payload '{}' --cli-read-timeout 900 \
  --query FunctionError --output text "$answer")
cat "$answer"
[ "$error" = None ]
