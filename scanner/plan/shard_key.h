// How names are split over workers, and over the machines of a --shard scan.
#pragma once

#include <cstdint>

#include "scanner/dns/name.h"

namespace caascan::plan {

/// What stays together: the shortest of the name's parents (or itself) of at least two labels that
/// is no public suffix by the Public Suffix List that libpsl was built with, private section
/// included. That is the registrable domain, or above it where the list has a gap (all of
/// amazonaws.com, of which some parts are public suffixes). A name that is a public suffix itself,
/// or the root, is its own. A view into `name`. No allocation; safe from any thread.
dns::NameView ShardDomain(dns::NameView name);

/// A hash of the shard domain, letter case ignored. The same for a name on every machine and in
/// every release (as far as the Public Suffix List is), since `--shard` relies on it.
uint64_t ShardKey(dns::NameView name);

/// Which of `count` shards a key belongs to: 0 to count - 1. REQUIRES: count > 0.
uint32_t ShardOf(uint64_t key, uint32_t count);

/// Which of `count` workers: independent of ShardOf(), so that the names of one shard still spread
/// over all workers. REQUIRES: count > 0.
uint32_t WorkerOf(uint64_t key, uint32_t count);

}  // namespace caascan::plan
