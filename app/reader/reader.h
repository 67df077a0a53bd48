#pragma once

#include <stddef.h>
#include <stdint.h>

/* HDF5 changed some functions after 1.10; newer libraries offer the old ones under the same names. */
#define H5_USE_110_API
#include <hdf5.h>

#include "core/formats/hdf5-protocol.h"

/*
 * The process that reads one HDF5 file and may do nothing else. It is plain C: the less it is linked with, the less
 * there is to attack. libhdf5 was not written for hostile files; a crash in here is an error message over there.
 */

typedef struct
{
  char *path;
  char *refusal; /* NULL when it can be read */
} ReaderDataset;

typedef struct
{
  hid_t file;
  uint64_t file_size;
  uint64_t sent; /* bytes of the listing so far */
  ReaderDataset *datasets;
  size_t n_datasets;
  haddr_t *groups; /* addresses of those seen */
  size_t n_groups;
  size_t n_objects;
} Reader;

/* message.c */
typedef struct
{
  uint8_t *data;
  size_t size;
  size_t room;
} ReaderMessage;

void  reader_add_bytes  (ReaderMessage *message, const void *data, size_t size);
void  reader_add_u32    (ReaderMessage *message, uint32_t value);
void  reader_add_u64    (ReaderMessage *message, uint64_t value);
void  reader_add_text   (ReaderMessage *message, const char *text);
void  reader_send       (uint32_t kind, ReaderMessage *message);
void  reader_send_bytes (const void *data, size_t size);
void  reader_send_error (uint32_t code, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
char *reader_format     (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
void *reader_allocate   (size_t size);
char *reader_blame      (void);

/* sandbox.c */
void reader_limit (void);
void reader_seal  (void);

/* driver.c */
hid_t reader_open_file (uint64_t file_size);

/* list.c */
int reader_list (Reader *reader);

/* attributes.c */
int reader_list_attributes (Reader *reader, hid_t object, const char *path);

/* values.c */
char    *reader_check_dataset (Reader *reader, hid_t dataset, hid_t type, hid_t space);
uint32_t reader_classify      (hid_t type, uint32_t *size);
int      reader_is_number     (uint32_t class);
void     reader_send_values   (Reader *reader, const KappaReaderRequest *request);
char   **reader_read_strings  (hid_t object, hid_t type, hid_t space, size_t n, herr_t (*read) (hid_t, hid_t, void *));
