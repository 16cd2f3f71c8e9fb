#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the certificates that the tests of TLS use. Their keys are public: they protect nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
days=36500

authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
# certificate NAME AUTHORITY SUBJECT_ALTERNATIVE_NAMES
certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days $days -out "$1.pem" \
        -extfile <(echo "subjectAltName=$3") 2>/dev/null
    rm "$1.csr" "$2.srl"
}

authority authority
authority other_authority
certificate server authority "DNS:localhost,IP:127.0.0.1"
certificate elsewhere authority "DNS:elsewhere.example"
certificate client authority "DNS:client.example"
rm authority.key other_authority.key
