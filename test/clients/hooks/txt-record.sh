#!/bin/sh
# Publishes or withdraws a TXT record of the tests' name server: an empty file $TXT_RECORDS/NAME/VALUE.
# Called by certbot and lego as "present|cleanup NAME VALUE", by dehydrated as "deploy_challenge|clean_challenge DOMAIN - VALUE".
set -eu
case $1 in
present | cleanup) action=$1 name=${2%.} value=$3 ;;
deploy_challenge) action=present name=_acme-challenge.$2 value=$4 ;;
clean_challenge) action=cleanup name=_acme-challenge.$2 value=$4 ;;
*) exit 0 ;; # dehydrated tells its hook about much more
esac
if [ "$action" = present ]; then
  mkdir -p "$TXT_RECORDS/$name"
  : >"$TXT_RECORDS/$name/$value"
else
  rm "$TXT_RECORDS/$name/$value"
fi
