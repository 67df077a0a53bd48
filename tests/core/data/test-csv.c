#include <string.h>

#include "core/base/error.h"
#include "core/data/csv.h"
#include "tests/core/data/data-test.h"

static KappaCsv *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  KappaCsv *csv = kappa_csv_parse ("t.csv", text, strlen (text), &error);

  g_assert_no_error (error);
  return csv;
}

/* However it is written, the same table: a, b / 1, x y / 2, "z". */
static void
test_dialects (void)
{
  static const char *const texts[] = {
    "a,b\n1,x y\n2,\"\"\"z\"\"\"\n",
    "a,b\r\n1,x y\r\n2,\"\"\"z\"\"\"",
    "a,b\r1,x y\r2,\"\"\"z\"\"\"\r",
    "\xef\xbb\xbf"
    "a;b\n1;x y\n2;\"\"\"z\"\"\"\n",
    "a\tb\n1\tx y\n2\t\"\"\"z\"\"\"\n",
    "\n\n a , b \n1,  x y\t\n\n  2  ,  \"\"\"z\"\"\"  \n\n",
    "\"a\",\"b\"\n\"1\",\"x y\"\n\"2\",\"\"\"z\"\"\"\n",
    "a,b\n1,x y,,\n2,\"\"\"z\"\"\",\"\"\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (KappaCsv) csv = parse (texts[i]);

      g_assert_cmpuint (kappa_csv_get_n_columns (csv), ==, 2);
      g_assert_cmpuint (kappa_csv_get_n_rows (csv), ==, 2);
      g_assert_cmpstr (kappa_csv_get_header (csv, 0), ==, "a");
      g_assert_cmpint (kappa_csv_find_column (csv, "B"), ==, 1);
      g_assert_cmpint (kappa_csv_find_column (csv, "c"), ==, -1);
      g_assert_cmpstr (kappa_csv_get (csv, 0, 0), ==, "1");
      g_assert_cmpstr (kappa_csv_get (csv, 0, 1), ==, "x y");
      g_assert_cmpstr (kappa_csv_get (csv, 1, 0), ==, "2");
      g_assert_cmpstr (kappa_csv_get (csv, 1, 1), ==, "\"z\"");
    }
}

static void
test_fields (void)
{
  g_autoptr (KappaCsv) csv
      = parse ("name,text,empty\nq,\"a, b\n\"\"c\"\"\r\nd\",\nr,it's \"5,\"\"\n\ns,,\n");
  g_autofree char *headers = kappa_csv_list_headers (csv);

  g_assert_cmpuint (kappa_csv_get_n_rows (csv), ==, 3);
  g_assert_cmpstr (kappa_csv_get (csv, 0, 1), ==, "a, b\n\"c\"\r\nd");
  g_assert_cmpstr (kappa_csv_get (csv, 0, 2), ==, "");
  g_assert_cmpstr (kappa_csv_get (csv, 1, 1), ==, "it's \"5");
  g_assert_cmpstr (kappa_csv_get (csv, 1, 2), ==, "");
  g_assert_cmpstr (kappa_csv_get (csv, 2, 0), ==, "s");
  g_assert_cmpuint (kappa_csv_get_line (csv, 0), ==, 2);
  g_assert_cmpuint (kappa_csv_get_line (csv, 1), ==, 5);
  g_assert_cmpuint (kappa_csv_get_line (csv, 2), ==, 7);
  g_assert_cmpstr (headers, ==, "\"name\", \"text\", \"empty\"");
}

static void
test_one_column (void)
{
  g_autoptr (KappaCsv) csv = parse ("name\na\n\n\"\"\nb");

  g_assert_cmpuint (kappa_csv_get_n_rows (csv), ==, 2);
  g_assert_cmpstr (kappa_csv_get (csv, 1, 0), ==, "b");
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *text;
    gssize size;
    const char *part;
  } cases[] = {
    { "", 0, "t.csv, line 1: the table is empty" },
    { "\n\r\n \n", -1, "the table is empty" },
    { "a,b\n1\n", -1, "t.csv, line 2: has 1 fields, the header has 2" },
    { "a,b\n1,2\n\n1,2,3\n", -1, "t.csv, line 4: has 3 fields, the header has 2" },
    { "a,b\n1,\"2\n3,4\n", -1, "t.csv, line 2: a quoted field has no closing quote" },
    { "a,b\n1,\"2\" x\n", -1, "t.csv, line 2: text follows a closing quote" },
    { "a,a\n1,2\n", -1, "two columns are called \"a\"" },
    { "a,b\n1,\xff\n", -1, "t.csv, line 2: has a character that is not UTF-8" },
    { "a,b\n1,\0\n", 8, "t.csv, line 2: has a zero byte" },
    { "\xff\xfe"
      "a\0,\0b\0",
      8, "is written in UTF-16" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize size = cases[i].size >= 0 ? (gsize)cases[i].size : strlen (cases[i].text);

      g_assert_null (kappa_csv_parse ("t.csv", cases[i].text, size, &error));
      kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, cases[i].part);
    }
}

static void
test_many_columns (void)
{
  g_autofree char *commas = g_strnfill (5000, ',');
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_csv_parse ("t.csv", commas, 5000, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "has more than 4096 fields");
}

/* A cohort of the size that screening has. */
static void
test_sixty_thousand_rows (void)
{
  g_autoptr (GString) text = g_string_new ("image,level\n");
  g_autoptr (KappaCsv) csv = NULL;

  for (guint i = 0; i < 60000; i++)
    g_string_append_printf (text, "%u_left,%u\n", i, i % 5);
  csv = parse (text->str);
  g_assert_cmpuint (kappa_csv_get_n_rows (csv), ==, 60000);
  g_assert_cmpstr (kappa_csv_get (csv, 59999, 0), ==, "59999_left");
  g_assert_cmpuint (kappa_csv_get_line (csv, 59999), ==, 60001);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/csv/dialects", test_dialects);
  g_test_add_func ("/data/csv/fields", test_fields);
  g_test_add_func ("/data/csv/one-column", test_one_column);
  g_test_add_func ("/data/csv/refusals", test_refusals);
  g_test_add_func ("/data/csv/many-columns", test_many_columns);
  g_test_add_func ("/data/csv/sixty-thousand-rows", test_sixty_thousand_rows);
  return g_test_run ();
}
