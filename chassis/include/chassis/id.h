#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chassis {

/// A new UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.
/// Ids made later in another millisecond sort later, so they insert at the end of an index.
std::string new_id();

/// The id of the n-th thing of a kind in the demo world of a seed: the same arguments give the same
/// id everywhere (UUIDv8 built from SHA-256, RFC 9562, section 5.8).
std::string seeded_id(std::string_view seed, std::string_view kind, std::uint64_t n);

/// Whether the text is a UUID in its canonical form: 8-4-4-4-12 lower-case hexadecimal digits.
bool is_uuid(std::string_view text);

/// `bytes` bytes from the system's generator, as base64url without padding (RFC 4648, section 5).
std::string random_token(std::size_t bytes);

}  // namespace chassis
