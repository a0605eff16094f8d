#pragma once

namespace chassis {

/// What `git describe` said when this was built; empty outside a repository.
const char* build_version();

}  // namespace chassis
