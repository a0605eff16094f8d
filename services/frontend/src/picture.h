#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace frontend {

/// The slugs of the categories that picture() knows, in the order of the shop.
const std::vector<std::string_view>& pictured_categories();

/// Returns the picture of a product as an SVG file of at most 6 KiB: a still life of what its
/// category sells. The same category, id and hint always give the same bytes; another id gives
/// another picture. `hint` is the product's name or slug: a word in it that the category knows
/// ("pot", "tray", "lantern") chooses what is shown. A category it does not know is shown as a
/// wrapped parcel.
std::string picture(std::string_view category, std::string_view id, std::string_view hint = "");

}  // namespace frontend
