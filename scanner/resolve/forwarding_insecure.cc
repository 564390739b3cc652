// May a failure through resolvers be taken as permission? Only below a delegation that is proven to
// have no DS (BR 4.2.2.1). The proof is a validating resolver's: AD on the answer to a query for
// the DS, and in that answer the NSEC or NSEC3 record of the delegation itself, which tells a zone
// cut from any other name without DS. Where opt-out hides it there is no AD (RFC 5155 §9.2), and no
// proof. Tested by forwarding_insecure_test.cc.
#include <utility>

#include "scanner/dnssec/denial.h"
#include "scanner/resolve/forwarding.h"

namespace caascan::resolve {
namespace {

using query::Asked;

bool IsSettled(const Asked& asked) {
  return asked.replied && (asked.message.rcode() == dns::RCode::kNoError ||
                           asked.message.rcode() == dns::RCode::kNXDomain);
}

}  // namespace

/// What a resolver that was seen to validate says. An answer that was not validated counts as none.
async::Task<Asked> ForwardingResolver::AskValidating(dns::NameView name, dns::RRType type,
                                                     query::Account* account) {
  Asked asked;
  for (Upstream& upstream : resolvers_) {
    if (!upstream.validates) continue;
    if (account->budget.exhausted() || network_->cancelled()) break;
    asked = *co_await query::Ask(upstream.peer, name, type, options_.ask, account);
    if (IsSettled(asked)) break;
  }
  co_return asked;
}

/// The nearest delegation above that can be asked about decides.
async::Task<bool> ForwardingResolver::IsBelowInsecureCut(dns::NameView name,
                                                         query::Account* account) {
  for (dns::NameView cut = name; !cut.is_root(); cut = cut.parent()) {
    const Asked asked = co_await AskValidating(cut, dns::RRType::kDS, account);
    if (!IsSettled(asked)) continue;
    if ((asked.message.flags() & dns::kFlagAD) == 0) continue;
    co_return asked.message.count(dns::Section::kAnswer) == 0 &&
        dnssec::VouchedCutProof(asked.message, cut) == dnssec::CutProof::kInsecure;
  }
  co_return false;
}

/// Every zone that the look-up of `name` goes through, those of aliases included.
async::Task<bool> ForwardingResolver::IsProvenInsecure(dns::NameView name,
                                                       query::Account* account) {
  query::AliasChain chain(name);
  while (co_await IsBelowInsecureCut(chain.current(), account)) {
    const Asked asked = co_await AskValidating(chain.current(), dns::RRType::kCNAME, account);
    const dns::NameView at = chain.current();
    std::optional<dns::Name> target;
    if (IsSettled(asked)) {
      for (const dns::RecordView& record : asked.message.records(dns::Section::kAnswer)) {
        if (record.type == dns::RRType::kCNAME && record.owner.Equals(at)) {
          target = record.NameRdata().ToName();
        }
      }
    }
    if (!target) co_return true;
    if (!chain.Follow(*target)) break;
  }
  co_return false;
}

}  // namespace caascan::resolve
