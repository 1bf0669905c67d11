/** The C side of libwim: prototypes and struct layouts, names as in wimlib.h. */
import type { loadKoffi } from '../nativeAddon/koffi.ts';

export type Koffi = ReturnType<typeof loadKoffi>;
export type Library = ReturnType<Koffi['load']>;
type CFunction = ReturnType<Library['func']>;

/** C layouts that DismTs reads; a test compares each with what a C compiler makes of wimlib.h. */
export function defineTypes(koffi: Koffi) {
  koffi.opaque('WIMStruct');
  // typedef enum wimlib_progress_status (*wimlib_progress_func_t)(enum wimlib_progress_msg, union wimlib_progress_info *, void *)
  koffi.proto('int wimlib_progress_func_t(int msg_type, void *info, void *progctx)');
  const wimlib_progress_info_write_streams = koffi.struct('wimlib_progress_info_write_streams', {
    total_bytes: 'uint64_t',
    total_streams: 'uint64_t',
    completed_bytes: 'uint64_t',
    completed_streams: 'uint64_t',
    num_threads: 'uint32_t',
    compression_type: 'int32_t',
    total_parts: 'uint32_t',
    completed_parts: 'uint32_t',
    completed_compressed_bytes: 'uint64_t',
  });
  const wimlib_progress_info_integrity = koffi.struct('wimlib_progress_info_integrity', {
    total_bytes: 'uint64_t',
    completed_bytes: 'uint64_t',
    total_chunks: 'uint32_t',
    completed_chunks: 'uint32_t',
    chunk_size: 'uint32_t',
    filename: 'const char *',
  });
  const wimlib_progress_info_verify_streams = koffi.struct('wimlib_progress_info_verify_streams', {
    wimfile: 'const char *',
    total_streams: 'uint64_t',
    total_bytes: 'uint64_t',
    completed_streams: 'uint64_t',
    completed_bytes: 'uint64_t',
  });
  const wimlib_progress_info_verify_image = koffi.struct('wimlib_progress_info_verify_image', {
    wimfile: 'const char *',
    total_images: 'uint32_t',
    current_image: 'uint32_t',
  });
  // The enum is an int; of its union both members are a path.
  const wimlib_progress_info_scan = koffi.struct('wimlib_progress_info_scan', {
    source: 'const char *',
    cur_path: 'const char *',
    status: 'int32_t',
    wim_target_path: 'const char *',
    num_dirs_scanned: 'uint64_t',
    num_nondirs_scanned: 'uint64_t',
    num_bytes_scanned: 'uint64_t',
  });
  const wimlib_progress_info_extract = koffi.struct('wimlib_progress_info_extract', {
    image: 'uint32_t',
    extract_flags: 'uint32_t',
    wimfile_name: 'const char *',
    image_name: 'const char *',
    target: 'const char *',
    reserved: 'const char *',
    total_bytes: 'uint64_t',
    completed_bytes: 'uint64_t',
    total_streams: 'uint64_t',
    completed_streams: 'uint64_t',
    part_number: 'uint32_t',
    total_parts: 'uint32_t',
    guid: koffi.array('uint8_t', 16),
    current_file_count: 'uint64_t',
    end_file_count: 'uint64_t',
  });
  const wimlib_progress_info_split = koffi.struct('wimlib_progress_info_split', {
    total_bytes: 'uint64_t',
    completed_bytes: 'uint64_t',
    cur_part_number: 'uint32_t',
    total_parts: 'uint32_t',
    part_name: 'const char *',
  });
  // Written to as well: its answer is `will_exclude`.
  const wimlib_progress_info_test_file_exclusion = koffi.struct('wimlib_progress_info_test_file_exclusion', {
    path: 'const char *',
    will_exclude: 'bool',
  });
  const wimlib_progress_info_handle_error = koffi.struct('wimlib_progress_info_handle_error', {
    path: 'const char *',
    error_code: 'int32_t',
    will_ignore: 'bool',
  });
  // Its bit-fields fill one uint32_t; `flags` stands for it.
  const wimlib_wim_info = koffi.struct('wimlib_wim_info', {
    guid: koffi.array('uint8_t', 16),
    image_count: 'uint32_t',
    boot_index: 'uint32_t',
    wim_version: 'uint32_t',
    chunk_size: 'uint32_t',
    part_number: 'uint16_t',
    total_parts: 'uint16_t',
    compression_type: 'int32_t',
    total_bytes: 'uint64_t',
    flags: 'uint32_t',
    reserved: koffi.array('uint32_t', 9),
  });
  return {
    wimlib_progress_info_write_streams,
    wimlib_progress_info_integrity,
    wimlib_progress_info_verify_streams,
    wimlib_progress_info_verify_image,
    wimlib_progress_info_scan,
    wimlib_progress_info_extract,
    wimlib_progress_info_split,
    wimlib_progress_info_test_file_exclusion,
    wimlib_progress_info_handle_error,
    wimlib_wim_info,
  };
}

/** The functions that DismTs calls. */
export function defineFunctions(library: Library) {
  const func = (definition: string): CFunction => library.func(definition);
  return {
    wimlib_global_init: func('int wimlib_global_init(int init_flags)'),
    wimlib_get_version_string: func('const char *wimlib_get_version_string()'),
    wimlib_set_error_file: func('int wimlib_set_error_file(void *fp)'),
    // From libc, found through libwim's own dependencies.
    fopen: func('void *fopen(const char *path, const char *mode)'),
    wimlib_open_wim_with_progress: func('int wimlib_open_wim_with_progress(const char *wim_file, int open_flags, '
      + '_Out_ WIMStruct **wim_ret, wimlib_progress_func_t *progfunc, void *progctx)'),
    wimlib_free: func('void wimlib_free(WIMStruct *wim)'),
    wimlib_register_progress_function: func('void wimlib_register_progress_function(WIMStruct *wim, '
      + 'wimlib_progress_func_t *progfunc, void *progctx)'),
    wimlib_create_new_wim: func('int wimlib_create_new_wim(int ctype, _Out_ WIMStruct **wim_ret)'),
    wimlib_set_wim_info: func('int wimlib_set_wim_info(WIMStruct *wim, const wimlib_wim_info *info, int which)'),
    wimlib_get_image_property: func('const char *wimlib_get_image_property(WIMStruct *wim, int image, const char *property_name)'),
    wimlib_set_image_descripton: func('int wimlib_set_image_descripton(WIMStruct *wim, int image, const char *description)'),
    wimlib_set_output_compression_type: func('int wimlib_set_output_compression_type(WIMStruct *wim, int ctype)'),
    wimlib_set_output_chunk_size: func('int wimlib_set_output_chunk_size(WIMStruct *wim, uint32_t chunk_size)'),
    wimlib_set_output_pack_compression_type: func('int wimlib_set_output_pack_compression_type(WIMStruct *wim, int ctype)'),
    wimlib_set_output_pack_chunk_size: func('int wimlib_set_output_pack_chunk_size(WIMStruct *wim, uint32_t chunk_size)'),
    wimlib_add_image: func('int wimlib_add_image(WIMStruct *wim, const char *source, const char *name, const char *config_file, int add_flags)'),
    wimlib_export_image: func('int wimlib_export_image(WIMStruct *src_wim, int src_image, WIMStruct *dest_wim, '
      + 'const char *dest_name, const char *dest_description, int export_flags)'),
    wimlib_extract_image: func('int wimlib_extract_image(WIMStruct *wim, int image, const char *target, int extract_flags)'),
    wimlib_extract_paths: func('int wimlib_extract_paths(WIMStruct *wim, int image, const char *target, '
      + 'const char **paths, size_t num_paths, int extract_flags)'),
    wimlib_write: func('int wimlib_write(WIMStruct *wim, const char *path, int image, int write_flags, unsigned int num_threads)'),
    wimlib_split: func('int wimlib_split(WIMStruct *wim, const char *swm_name, uint64_t part_size, int write_flags)'),
    wimlib_join_with_progress: func('int wimlib_join_with_progress(const char **swms, unsigned int num_swms, const char *output_path, '
      + 'int swm_open_flags, int wim_write_flags, wimlib_progress_func_t *progfunc, void *progctx)'),
    wimlib_reference_resources: func('int wimlib_reference_resources(WIMStruct *wim, WIMStruct **resource_wims, '
      + 'unsigned int num_resource_wims, int ref_flags)'),
    wimlib_set_image_property: func('int wimlib_set_image_property(WIMStruct *wim, int image, '
      + 'const char *property_name, const char *property_value)'),
    wimlib_reference_resource_files: func('int wimlib_reference_resource_files(WIMStruct *wim, '
      + 'const char **resource_wimfiles_or_globs, unsigned int count, int ref_flags, int open_flags)'),
    wimlib_overwrite: func('int wimlib_overwrite(WIMStruct *wim, int write_flags, unsigned int num_threads)'),
    wimlib_verify_wim: func('int wimlib_verify_wim(WIMStruct *wim, int verify_flags)'),
  };
}
