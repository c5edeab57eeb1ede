# SPDX-License-Identifier: GPL-2.0
# The tests of the KVM API, on whatever module is loaded.
exec ./api-tests
