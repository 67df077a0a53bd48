#include "ui/kappa-application.h"

/* The program on the desktop. */
int
main (int argc, char **argv)
{
  g_autoptr (KappaApplication) application = kappa_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
