#pragma once
// What this program may do, for whom, and that none of it is left in the end.

namespace pscheduler::enter {

// Ends with a sentence when the caller is not one whom the owner of this program's file lets run it, or when
// it has not been given the capabilities it needs.
void check_rights();

// Becomes the user who called, with those capabilities alone that this user could hand on to any program.
void drop_rights();

}  // namespace pscheduler::enter
