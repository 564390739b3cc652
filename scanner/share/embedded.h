// The scripts of scripts/, which are built into the program.
#pragma once

#include <string_view>

namespace caascan::share {

std::string_view AgainScript();
std::string_view BlockScript();
std::string_view JoinScript();
std::string_view KeepScript();
std::string_view LeaveScript();
std::string_view PlanScript();
std::string_view RenewScript();
std::string_view SettleScript();
std::string_view StatusScript();
std::string_view TakeScript();

}  // namespace caascan::share
