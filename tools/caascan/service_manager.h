// What systemd and the like are told of a service (sd_notify(3)), without their library.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace caascan::tool {

/// Sends a state such as "READY=1" to the socket of NOTIFY_SOCKET; nothing where there is none.
void NotifyServiceManager(std::string_view state);

/// How often it wants to hear that the service lives (WATCHDOG_USEC); nullopt where it does not.
std::optional<std::chrono::microseconds> WatchdogInterval();

/// Has it handed sockets to this process (LISTEN_PID, LISTEN_FDS)?
bool HasInheritedSockets();

}  // namespace caascan::tool
