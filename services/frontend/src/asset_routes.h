#pragma once

#include "asset.h"
#include "chassis/http.h"

namespace frontend {

/// What pages are drawn with: `/assets/{name}`, `/pictures/{category}/{id}.svg` (`?of=` is what to
/// draw, picture.h's hint), `/favicon.ico` and `/robots.txt`. All of it comes from memory and is
/// the same for everybody.
chassis::Routes asset_routes(const Assets& assets);

}  // namespace frontend
