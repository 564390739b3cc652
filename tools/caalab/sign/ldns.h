// The one way the lab includes ldns: its headers define `true` and `false` as macros unless
// <cstdbool> came first.
#pragma once

#include <cstdbool>

#include <ldns/ldns.h>
