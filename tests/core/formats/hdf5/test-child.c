#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/formats/hdf5-private.h"
#include "tests/core/formats/hdf5/hdf5-test.h"

/*
 * A hostile file may have made the reading process its own: whatever that says, or does not say,
 * must be an error over here. The program starts itself as the reader, and the file says behind its
 * signature which lie it tells.
 */

static void
say (const void *data, gsize size)
{
  if (write (KAPPA_READER_SOCKET, data, size) != (gssize)size)
    _exit (1);
}

static void
say_head (guint32 kind, guint32 size)
{
  const KappaReaderFrame frame = { kind, size };

  say (&frame, sizeof frame);
}

static void
add (GByteArray *bytes, guint64 value, guint size)
{
  g_byte_array_append (bytes, (const guint8 *)&value, size);
}

static void
add_text (GByteArray *bytes, const char *text)
{
  add (bytes, strlen (text), 4);
  g_byte_array_append (bytes, (const guint8 *)text, (guint)strlen (text));
}

static void
say_frame (guint32 kind, GByteArray *bytes)
{
  say_head (kind, bytes->len);
  say (bytes->data, bytes->len);
  g_byte_array_set_size (bytes, 0);
}

static void
say_dataset (guint32 type, guint32 rank, guint64 dim, const char *path, const char *refusal)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  add (bytes, type, 4);
  add (bytes, 8, 4);
  add (bytes, rank, 4);
  for (guint d = 0; d < MIN (rank, 20); d++)
    add (bytes, dim, 8);
  add_text (bytes, path);
  add_text (bytes, refusal);
  say_frame (KAPPA_READER_DATASET, bytes);
}

static void
say_attribute (guint32 what, guint64 n, gsize payload)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  add (bytes, what, 4);
  add (bytes, n, 8);
  add_text (bytes, "/");
  add_text (bytes, "name");
  for (gsize i = 0; i < payload; i++)
    add (bytes, 0xff, 1);
  say_frame (KAPPA_READER_ATTRIBUTE, bytes);
}

/* A listing as it should be, and the request that follows. */
static void
list_well (guint32 type)
{
  KappaReaderRequest request;

  say_dataset (type, 1, 8, "/a", "");
  say_head (KAPPA_READER_END, 0);
  if (read (KAPPA_READER_SOCKET, &request, sizeof request) != sizeof request)
    _exit (1);
}

static void
answer (guint64 size, gsize sent)
{
  g_autofree guint8 *bytes = g_malloc0 (sent + 1);

  list_well (KAPPA_READER_FLOAT);
  say_head (KAPPA_READER_VALUES, 8);
  say (&size, 8);
  say (bytes, sent);
}

/* Eight texts were listed. */
static void
answer_texts (const void *texts, guint64 size)
{
  list_well (KAPPA_READER_STRING);
  say_head (KAPPA_READER_VALUES, 8);
  say (&size, 8);
  say (texts, size);
}

static void
fake_end (void)
{
}

static void
fake_crash (void)
{
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  raise (SIGSEGV);
}

static void
fake_silence (void)
{
  sleep (30);
}

static void
fake_noise (void)
{
  guint8 noise[4096];

  memset (noise, 0xa5, sizeof noise);
  say (noise, sizeof noise);
}

static void
fake_half_head (void)
{
  say ("abc", 3);
}

static void
fake_large_frame (void)
{
  say_head (KAPPA_READER_GROUP, G_MAXUINT32);
}

static void
fake_short_frame (void)
{
  say_head (KAPPA_READER_GROUP, 100);
  say ("abc", 3);
}

static void
fake_long_text (void)
{
  say_head (KAPPA_READER_GROUP, 8);
  say ("\xff\xff\xff\x7f/abc", 8);
}

static void
fake_no_slash (void)
{
  say_head (KAPPA_READER_GROUP, 7);
  say ("\3\0\0\0abc", 7);
}

static void
fake_rest (void)
{
  say_head (KAPPA_READER_GROUP, 9);
  say ("\1\0\0\0/rest", 9);
}

static void
fake_values_first (void)
{
  const guint64 size = 64;

  say_head (KAPPA_READER_VALUES, 8);
  say (&size, 8);
}

static void
fake_class (void)
{
  say_dataset (77, 1, 8, "/a", "");
}

static void
fake_rank (void)
{
  say_dataset (KAPPA_READER_FLOAT, 20, 1, "/a", "");
}

static void
fake_large_rank (void)
{
  say_dataset (KAPPA_READER_FLOAT, G_MAXUINT32, 1, "/a", "");
}

static void
fake_overflow (void)
{
  say_dataset (KAPPA_READER_FLOAT, 2, (guint64)1 << 33, "/a", "");
}

static void
fake_large (void)
{
  say_dataset (KAPPA_READER_FLOAT, 1, (guint64)1 << 40, "/a", "");
}

static void
fake_many_strings (void)
{
  say_attribute (KAPPA_READER_STRINGS, (guint64)1 << 60, 0);
}

static void
fake_long_string (void)
{
  say_attribute (KAPPA_READER_STRINGS, 1, 8);
}

static void
fake_many_numbers (void)
{
  say_attribute (KAPPA_READER_NUMBERS, ((guint64)1 << 61) + 1, 8);
}

static void
fake_few_numbers (void)
{
  say_attribute (KAPPA_READER_NUMBERS, 2, 8);
}

static void
fake_attribute_kind (void)
{
  say_attribute (9, 0, 4);
}

static void
fake_endless (void)
{
  for (;;)
    {
      say_head (KAPPA_READER_GROUP, 5);
      say ("\1\0\0\0/", 5);
    }
}

static void
fake_bad_error (void)
{
  say_head (KAPPA_READER_ERROR, 2);
  say ("ab", 2);
}

static void
fake_fewer (void)
{
  answer (56, 56);
}

static void
fake_more (void)
{
  answer ((guint64)1 << 40, 64);
}

static void
fake_stops (void)
{
  answer (64, 20);
}

static void
fake_group_for_values (void)
{
  list_well (KAPPA_READER_FLOAT);
  say_head (KAPPA_READER_GROUP, 5);
  say ("\1\0\0\0/", 5);
}

static void
fake_dies_after_list (void)
{
  say_dataset (KAPPA_READER_FLOAT, 1, 8, "/a", "");
  say_head (KAPPA_READER_END, 0);
}

static void
fake_half_size (void)
{
  list_well (KAPPA_READER_FLOAT);
  say_head (KAPPA_READER_VALUES, 4);
  say ("\100\0\0\0", 4);
}

static void
fake_size_and_a_half (void)
{
  list_well (KAPPA_READER_FLOAT);
  say_head (KAPPA_READER_VALUES, 12);
  say ("\100\0\0\0\0\0\0\0\0\0\0\0", 12);
}

/* Half of the values as they should be. */
static void
answer_half (void)
{
  answer (32, 32);
}

static void
fake_empty_part (void)
{
  answer_half ();
  say_head (KAPPA_READER_VALUES, 8);
  say ("\0\0\0\0\0\0\0\0", 8);
}

static void
fake_large_part (void)
{
  answer_half ();
  say_head (KAPPA_READER_VALUES, 8);
  say ("\41\0\0\0\0\0\0\0", 8);
}

static void
fake_group_for_part (void)
{
  answer_half ();
  say_head (KAPPA_READER_GROUP, 5);
  say ("\1\0\0\0/", 5);
}

static void
fake_stops_behind_part (void)
{
  answer_half ();
  say_head (KAPPA_READER_VALUES, 8);
  say ("\40\0\0\0\0\0\0\0", 8);
  say ("1234", 4);
}

static void
fake_error_for_part (void)
{
  answer_half ();
  say_head (KAPPA_READER_ERROR, 14);
  say ("\0\0\0\0\6\0\0\0rotten", 14);
}

static void
fake_no_texts (void)
{
  answer_texts ("", 0);
}

static void
fake_few_texts (void)
{
  static const guint8 texts[32] = { 5, 0, 0, 0, 'a', 'b', 'c', 'd', 'e' };

  answer_texts (texts, sizeof texts);
}

static void
fake_beyond_texts (void)
{
  static const guint8 texts[40] = { 0 };

  answer_texts (texts, sizeof texts);
}

static void
fake_endless_texts (void)
{
  list_well (KAPPA_READER_STRING);
  say_head (KAPPA_READER_VALUES, 8);
  say ("\0\0\0\0\0\0\0\1", 8);
}

static const struct
{
  const char *name;
  void (*play) (void);
  const char *message;
} fakes[] = {
  { "end", fake_end, "ended before it had finished" },
  { "crash", fake_crash, "ended before it had finished" },
  { "silence", fake_silence, "gives no answer" },
  { "noise", fake_noise, "talks nonsense" },
  { "half-head", fake_half_head, "ended before it had finished" },
  { "large-frame", fake_large_frame, "talks nonsense" },
  { "short-frame", fake_short_frame, "ended before it had finished" },
  { "long-text", fake_long_text, "talks nonsense" },
  { "no-slash", fake_no_slash, "talks nonsense" },
  { "rest", fake_rest, "talks nonsense" },
  { "values-first", fake_values_first, "talks nonsense" },
  { "class", fake_class, "talks nonsense" },
  { "rank", fake_rank, "talks nonsense" },
  { "large-rank", fake_large_rank, "talks nonsense" },
  { "overflow", fake_overflow, "talks nonsense" },
  { "large", fake_large, "talks nonsense" },
  { "many-strings", fake_many_strings, "talks nonsense" },
  { "long-string", fake_long_string, "talks nonsense" },
  { "many-numbers", fake_many_numbers, "talks nonsense" },
  { "few-numbers", fake_few_numbers, "talks nonsense" },
  { "attribute-kind", fake_attribute_kind, "talks nonsense" },
  { "endless", fake_endless, "lists more than it may" },
  { "bad-error", fake_bad_error, "talks nonsense" },
  { "fewer", fake_fewer, "ended before it had finished" },
  { "more", fake_more, "another answer than what it was asked for" },
  { "stops", fake_stops, "ended before it had finished" },
  { "group-for-values", fake_group_for_values, "another answer than what it was asked for" },
  { "half-size", fake_half_size, "another answer than what it was asked for" },
  { "size-and-a-half", fake_size_and_a_half, "another answer than what it was asked for" },
  { "empty-part", fake_empty_part, "gives values in empty parts" },
  { "large-part", fake_large_part, "another answer than what it was asked for" },
  { "group-for-part", fake_group_for_part, "another answer than what it was asked for" },
  { "stops-behind-part", fake_stops_behind_part, "ended before it had finished" },
  { "error-for-part", fake_error_for_part, "a damaged HDF5 file (rotten)" },
  { "no-texts", fake_no_texts, "another answer than what it was asked for" },
  { "few-texts", fake_few_texts, "another answer than what it was asked for" },
  { "beyond-texts", fake_beyond_texts, "another answer than what it was asked for" },
  { "endless-texts", fake_endless_texts, "another answer than what it was asked for" },
  { "dies-after-list", fake_dies_after_list, "ended before it" },
};

#define SIGNATURE "\x89HDF\r\n\x1a\n"

static char *
make_file (const char *fake)
{
  char *path = make_path ();
  g_autofree char *content = g_strconcat (SIGNATURE, fake, NULL);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  return path;
}

static int
play (void)
{
  char content[100] = "";

  if (pread (KAPPA_READER_FILE, content, sizeof content - 1, strlen (SIGNATURE)) <= 0)
    return 1;
  for (guint i = 0; i < G_N_ELEMENTS (fakes); i++)
    if (strcmp (content, fakes[i].name) == 0)
      fakes[i].play ();
  return 0;
}

static void
test_fake (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TemporaryPath) path = make_file (fakes[i].name);
  g_autoptr (KappaHdf5File) file = NULL;
  g_autofree double *values = NULL;
  g_auto (GStrv) texts = NULL;
  g_autoptr (GError) error = NULL;

  /* Only silence is waited for to the end. */
  file = kappa_hdf5_file_open_within (path,
                                      strcmp (fakes[i].name, "silence") == 0
                                          ? 300 * G_TIME_SPAN_MILLISECOND
                                          : 60 * G_TIME_SPAN_SECOND,
                                      NULL, &error);
  if (file != NULL && kappa_hdf5_file_find_dataset (file, "/a")->type == KAPPA_HDF5_STRING)
    texts = kappa_hdf5_file_read_strings (file, "/a", NULL, NULL, &error);
  else if (file != NULL)
    values = kappa_hdf5_file_read_doubles (file, "/a", NULL, NULL, &error);
  g_assert_null (values);
  g_assert_null (texts);
  assert_message (error, fakes[i].message);
  g_assert_true (g_str_has_prefix (error->message, path));
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (TemporaryPath) path = make_file ("silence");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_hdf5_file_open (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_TIME_SPAN_SECOND);
  g_thread_join (thread);
}

static void
test_missing (void)
{
  g_autoptr (TemporaryPath) path = make_file ("silence");
  g_autofree char *reader = g_strdup (g_getenv ("KAPPA_READER"));
  g_autoptr (GError) error = NULL;

  g_setenv ("KAPPA_READER", "/there/is/no/such/reader", TRUE);
  g_assert_null (kappa_hdf5_file_open (path, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/there/is/no/such/reader"));
  g_setenv ("KAPPA_READER", reader, TRUE);
}

int
main (int argc, char **argv)
{
  if (g_getenv ("KAPPA_TEST_FAKE") != NULL)
    return play ();
  g_test_init (&argc, &argv, NULL);
  g_setenv ("KAPPA_READER", argv[0], TRUE);
  g_setenv ("KAPPA_TEST_FAKE", "yes", TRUE);
  /* First, since it changes the environment, which threads may read. */
  g_test_add_func ("/hdf5-child/missing", test_missing);
  g_test_add_func ("/hdf5-child/cancel", test_cancel);
  for (guint i = 0; i < G_N_ELEMENTS (fakes); i++)
    {
      g_autofree char *name = g_strconcat ("/hdf5-child/fake/", fakes[i].name, NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_fake);
    }
  return g_test_run ();
}
