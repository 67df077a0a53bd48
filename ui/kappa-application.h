#pragma once

#include <adwaita.h>

#define KAPPA_APPLICATION_ID "org.kappa.Kappa"

#define KAPPA_TYPE_APPLICATION (kappa_application_get_type ())
G_DECLARE_FINAL_TYPE (KappaApplication, kappa_application, KAPPA, APPLICATION, AdwApplication)

KappaApplication *kappa_application_new (void);
