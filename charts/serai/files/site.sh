#!/bin/sh
# What `helm test` asks of the site, through the gateway: one line for each answer, exit 1 when one is wrong.
#   BASE      the gateway's address
#   SERVICES  the services of this release
#   DEMO      none, small or large: whether the demo accounts and goods are there
set -u
failed=0
# A certificate given by name may come without the authority that signed it.
if [ -s /certificate/ca.crt ]; then trust="--cacert /certificate/ca.crt"; else trust=--insecure; fi

has() { case " $SERVICES " in *" $1 "*) true ;; *) false ;; esac; }

# ask WHAT STATUS TEXT CURL-ARGUMENTS...: the answer has that status and holds that text.
ask() {
  what=$1 status=$2 text=$3
  shift 3
  # shellcheck disable=SC2086
  got=$(curl --silent --show-error --max-time 15 $trust --output /tmp/body --write-out '%{http_code}' "$@" 2>/tmp/error)
  if [ "$got" = "$status" ] && grep -qF "$text" /tmp/body; then
    echo "PASS $what"
  else
    echo "FAIL $what: expected $status with $text, got $got: $(cat /tmp/error) $(head -c 400 /tmp/body)"
    failed=1
  fi
}

ask "an unknown part of the API is a problem document" 404 urn:serai:problem:not-found "$BASE/api/v1/no-such-part"
if has product; then
  ask "the catalogue answers" 200 '"items"' "$BASE/api/v1/products?limit=3"
  [ "$DEMO" = none ] || ask "the catalogue has goods" 200 '"price"' "$BASE/api/v1/products?limit=3"
  ask "a change to the catalogue needs an administrator" 401 urn:serai:problem:unauthenticated \
    --header 'Content-Type: application/json' --data '{}' "$BASE/api/v1/products"
fi
if has user; then
  ask "a wrong password is refused" 401 urn:serai:problem:unauthenticated \
    --header 'Content-Type: application/json' \
    --data '{"email":"nobody@example.com","password":"not-the-password"}' "$BASE/api/v1/sessions"
  if [ "$DEMO" != none ]; then
    ask "the demo customer signs in" 201 '"access_token"' \
      --header 'Content-Type: application/json' \
      --data '{"email":"ada@example.com","password":"caravan-of-tea-42"}' "$BASE/api/v1/sessions"
    token=$(sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p' /tmp/body)
    ask "the token is taken by the gateway" 200 ada@example.com \
      --header "Authorization: Bearer $token" "$BASE/api/v1/users/me"
  fi
  ask "the public keys are published" 200 '"keys"' "$BASE/.well-known/jwks.json"
fi
if has order; then
  ask "a guest has a cart" 200 '"items"' --header 'X-Guest-Id: 0b2c7a36-5f4e-4c8e-9a40-3f2d7c1b9e55' "$BASE/api/v1/cart"
  ask "an order needs somebody to send it to" 401 urn:serai:problem:unauthenticated \
    --header 'Content-Type: application/json' --data '{}' "$BASE/api/v1/orders"
fi
if has payment; then
  ask "payment says where a card goes" 200 '"tokenise_url"' "$BASE/api/v1/payments/card-form"
fi
if has bank; then
  ask "the bank takes a card" 201 '"token"' --header 'Content-Type: application/json' \
    --data '{"card_number":"4242 4242 4242 4242","expiry":"12/40","cvc":"123"}' "$BASE/bank/v1/tokens"
  ask "the bank takes no charge from outside" 404 urn:serai:problem:not-found \
    --header 'Content-Type: application/json' --data '{}' "$BASE/bank/v1/charges"
fi
if has frontend; then
  ask "the home page answers" 200 '<html' "$BASE/"
  ask "the shop answers" 200 '<html' "$BASE/shop"
fi
exit $failed
