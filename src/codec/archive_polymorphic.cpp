// SPDX-License-Identifier: MIT
#include <brood/detail/polymorphic.hpp>
#include <brood/detail/type_name.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <mutex>
#include <shared_mutex>
#include <typeindex>
#include <unordered_map>

namespace brood::detail {

namespace {

struct registry {
    std::shared_mutex lock;
    std::unordered_map<std::type_index, polymorphic_output> outputs;
    std::unordered_map<std::string, polymorphic_input> inputs;
};

// Never destroyed: programs may still send when their static objects end.
registry& types_known() {
    static registry& known = *new registry;
    return known;
}

std::string readable(const std::type_info& type) {
    int status = 0;
    char* const name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    const std::string text = name != nullptr ? name : type.name();
    std::free(name);
    return text;
}

}  // namespace

void register_polymorphic(const polymorphic_output& type) {
    registry& known = types_known();
    const std::unique_lock guard(known.lock);
    known.outputs.try_emplace(*type.type, type);
}
void register_polymorphic(const polymorphic_input& type) {
    registry& known = types_known();
    const std::unique_lock guard(known.lock);
    known.inputs.try_emplace(type.name, type);
}

const polymorphic_output& find_polymorphic(const std::type_info& type) {
    registry& known = types_known();
    const std::shared_lock guard(known.lock);
    const auto found = known.outputs.find(type);
    if (found == known.outputs.end())
        fail("the class " + readable(type) +
             " behind a pointer to its base is not registered: CEREAL_REGISTER_TYPE, after <brood/serialization.hpp>");
    return found->second;
}
const polymorphic_input& find_polymorphic(const std::string& name) {
    registry& known = types_known();
    const std::shared_lock guard(known.lock);
    const auto found = known.inputs.find(name);
    if (found == known.inputs.end()) fail("the class '" + name.substr(0, 200) + "' is not registered here");
    return found->second;
}

void fail_unrelated(const std::type_info& derived, const std::type_info& base) {
    fail("how " + readable(derived) + " derives from " + readable(base) +
         " is not registered: cereal::base_class or CEREAL_REGISTER_POLYMORPHIC_RELATION");
}

}  // namespace brood::detail
