// SPDX-License-Identifier: MIT
#include "store.hpp"

#include <hdf5.h>

#include <array>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace example {
namespace {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<herr_t, int>);

void require(herr_t result, const char* what) {
    if (result < 0) throw std::runtime_error(std::string("HDF5: ") + what);
}

// Grows by rows: of one number, or of `columns` numbers.
h5_handle make_rows(const h5_handle& file, const char* name, hid_t type, hsize_t columns) {
    const int rank = columns == 0 ? 1 : 2;
    const std::array<hsize_t, 2> none{0, columns}, most{H5S_UNLIMITED, columns};
    const std::array<hsize_t, 2> chunk{columns == 0 ? block_size : 16, columns};
    const h5_handle space(H5Screate_simple(rank, none.data(), most.data()), &H5Sclose, "a space");
    const h5_handle how(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose, "a property list");
    require(H5Pset_chunk(how.get(), rank, chunk.data()), "chunks");
    return {H5Dcreate2(file.get(), name, type, space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT), &H5Dclose, name};
}

void append_rows(const h5_handle& to, hid_t type, std::array<hsize_t, 2> first, std::array<hsize_t, 2> size,
                 const void* data) {
    const std::array<hsize_t, 2> all{first[0] + size[0], size[1]};
    require(H5Dset_extent(to.get(), all.data()), "more rows");
    const h5_handle space(H5Dget_space(to.get()), &H5Sclose, "a space");
    require(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, first.data(), nullptr, size.data(), nullptr), "rows");
    const h5_handle memory(H5Screate_simple(H5Sget_simple_extent_ndims(space.get()), size.data(), nullptr), &H5Sclose,
                           "a space");
    require(H5Dwrite(to.get(), type, memory.get(), space.get(), H5P_DEFAULT, data), "writing rows");
}

template <class T>
std::vector<T> read_all(const h5_handle& file, const char* name, hid_t type) {
    const h5_handle from(H5Dopen2(file.get(), name, H5P_DEFAULT), &H5Dclose, name);
    const h5_handle space(H5Dget_space(from.get()), &H5Sclose, "a space");
    std::vector<T> all(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
    require(H5Dread(from.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()), "reading rows");
    return all;
}

}  // namespace

h5_handle::h5_handle(std::int64_t id, closer close, const char* what) : id_(id), close_(close) {
    if (id < 0) throw std::runtime_error(std::string("HDF5: ") + what);
}
h5_handle::~h5_handle() { close_(id_); }

store::store(const std::filesystem::path& file)
    : file_(H5Fcreate(file.string().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose, "making the file"),
      sequences_(make_rows(file_, "sequence", H5T_NATIVE_UINT64, 0)),
      values_(make_rows(file_, "value", H5T_NATIVE_INT32, 0)),
      spectra_(make_rows(file_, "spectrum", H5T_NATIVE_DOUBLE, bins)) {}

std::uint64_t store::append(const ring& samples, const spectrum& found) {
    std::array<std::uint64_t, block_size> sequences;
    std::array<std::int32_t, block_size> values;
    const sample* const from = block_in(samples, found.block);
    for (std::size_t i = 0; i < block_size; ++i) {
        sequences[i] = from[i].sequence;
        values[i] = from[i].value;
    }
    const hsize_t rows = blocks_ * block_size;
    append_rows(sequences_, H5T_NATIVE_UINT64, {rows, 0}, {block_size, 0}, sequences.data());
    append_rows(values_, H5T_NATIVE_INT32, {rows, 0}, {block_size, 0}, values.data());
    append_rows(spectra_, H5T_NATIVE_DOUBLE, {blocks_, 0}, {1, bins}, found.amplitude.data());
    return ++blocks_ * block_size;
}

recording read_recording(const std::filesystem::path& file) {
    const h5_handle in(H5Fopen(file.string().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), &H5Fclose, "opening the file");
    return {read_all<std::uint64_t>(in, "sequence", H5T_NATIVE_UINT64),
            read_all<std::int32_t>(in, "value", H5T_NATIVE_INT32), read_all<double>(in, "spectrum", H5T_NATIVE_DOUBLE)};
}

}  // namespace example
