// SPDX-License-Identifier: MIT
// expect: an open file or stream stays in its process
// expect: basic_ofstream<char>
#include <brood/serialization.hpp>

#include <fstream>
#include <sstream>

class logger {
public:
    template <class Archive>
    void serialize(Archive& archive) {
        archive(file_);
    }

private:
    std::ofstream file_;
};
void send(brood::output_archive& archive, const logger& value) { brood::detail::save_value(archive, value); }
void check() { brood::detail::require_serializable<int>(); }
