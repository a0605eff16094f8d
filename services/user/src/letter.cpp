#include "letter.h"

#include "chassis/metrics.h"

namespace user {

const char* name(LetterKind kind) {
  switch (kind) {
    case LetterKind::verification: return "verification";
    case LetterKind::password_reset: return "password-reset";
  }
  return "";
}

void drop(const Letter& letter) {
  chassis::counter("user_letters_dropped_total", "Letters that nobody could mail, by kind",
                   {{"kind", name(letter.kind)}})
      .add();
}

}  // namespace user
