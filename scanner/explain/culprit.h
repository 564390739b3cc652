// Where a record's trouble is, as seen from the name: which name its servers were asked for, who
// delegates their zone, and so who can act and in which words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "caascan/finding_kind.h"
#include "scanner/record/record_view.h"

namespace caascan::explain {

/// Who names the servers of a record's zone.
enum class Delegator : uint8_t {
  kRegistry,    // The zone was registered: its owner tells a registrar.
  kParentZone,  // The zone lies in another one of the same owner.
  kElsewhere,   // An alias leads to the zone, and its owner is another.
};

/// The name that the servers of the record's zone were asked for, without `*.`: the name whose
/// look-up failed, or the target of the aliases that lead into the zone. A view into the record.
/// Any thread.
std::string_view AskedName(const record::RecordView& record);

/// kRegistry where the record has no zone. Any thread.
Delegator DelegatorOf(const record::RecordView& record);

/// Are all that were asked resolvers of the scan that are down? Then nothing was found out about
/// the name. Any thread.
bool ResolversAreDown(const record::RecordView& record);

/// Who can act, printable: "registrar", "DNS provider (Example DNS)", "operator of the resolver".
std::string WhomToTell(const FindingKind& kind, const record::RecordView& record);

/// kind.remedy, in the words for who delegates this zone: where that is no registrar, none is
/// spoken of. Printable.
std::string RemedyFor(const FindingKind& kind, const record::RecordView& record);
/// Likewise ReasonRemedy() for the record's reason.
std::string RemedyFor(const record::RecordView& record);

/// Whose zone failed, where that is not the name's own: sentences, printable. Empty where the
/// look-up of the name itself failed in its own zone, and where none failed.
std::string ElsewhereText(const record::RecordView& record);

}  // namespace caascan::explain
