//! Statements and transfers: what each seller is owed arrives.

use crate::planted::Cast;
use e2e::Stack;
use e2e::simulated::Simulated;

pub async fn settled(_stack: &Stack, _outside: &Simulated, _cast: &Cast) {}

pub async fn paid(_stack: &Stack, _outside: &Simulated, _cast: &Cast) {}
