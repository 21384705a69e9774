#!/bin/sh
# Runs a command with the URLs of the databases, made of the secrets that compose.yaml mounts.
set -eu
secret() { tr -d '\r\n' <"/run/secrets/$1"; }
QOD_SERVE_DATABASE="postgresql://qod:$(secret postgres)@postgres:5432/qod"
QOD_SERVE_REDIS="redis://:$(secret redis)@redis:6379/0"
export QOD_SERVE_DATABASE QOD_SERVE_REDIS
exec "$@"
