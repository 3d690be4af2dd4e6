// A PKCS#11 library for tests: another one (SoftHSM), with faults.
//
// FAULTY_TOKEN_LIBRARY names the library behind, FAULTY_TOKEN a folder. The file `fault` in there says what is wrong at
// the moment; the file `most-at-once` is written with the largest number of C_Sign calls that ran at the same time.
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CK_PTR *
#define CK_DECLARE_FUNCTION(returnType, name) returnType name
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(*name)
#define CK_CALLBACK_FUNCTION(returnType, name) returnType(*name)
#ifndef NULL_PTR
#define NULL_PTR 0
#endif
#include "pkcs11.h"

static CK_FUNCTION_LIST faulty;
static CK_FUNCTION_LIST_PTR real;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int signing = 0, most_at_once = 0, sessions = 0;

static FILE *open_in_folder(const char *name, const char *mode) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("FAULTY_TOKEN"), name);
  return fopen(path, mode);
}

static int is_fault(const char *name) {
  char fault[64] = "";
  FILE *file = open_in_folder("fault", "r");
  if (file == NULL) return 0;
  if (fgets(fault, sizeof fault, file) == NULL) fault[0] = 0;
  fclose(file);
  return strcmp(fault, name) == 0;
}

// What happens to an application when a token is taken out: its sessions are gone, and with them the login.
static CK_RV remove_token(CK_RV answer) {
  CK_SLOT_ID slots[16];
  CK_ULONG count = 16;
  if (real->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK)
    for (CK_ULONG i = 0; i < count; i++) real->C_CloseAllSessions(slots[i]);
  pthread_mutex_lock(&lock);
  sessions = 0;
  pthread_mutex_unlock(&lock);
  return answer;
}

static void enter_signing(int change) {
  pthread_mutex_lock(&lock);
  signing += change;
  if (signing > most_at_once) {
    most_at_once = signing;
    FILE *file = open_in_folder("most-at-once", "w");
    fprintf(file, "%d", most_at_once);
    fclose(file);
  }
  pthread_mutex_unlock(&lock);
}

static CK_RV initialize(CK_VOID_PTR arguments) {
  CK_C_INITIALIZE_ARGS_PTR given = arguments;
  if (is_fault("no-locking") && given != NULL && (given->flags & CKF_OS_LOCKING_OK)) return CKR_CANT_LOCK;
  return real->C_Initialize(arguments);
}

static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count) {
  if (!is_fault("removed")) return real->C_GetSlotList(present, slots, count);
  *count = 0;
  return remove_token(CKR_OK);
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  if (is_fault("unreadable")) return CKR_TOKEN_NOT_RECOGNIZED;
  CK_RV answer = real->C_GetTokenInfo(slot, info);
  if (is_fault("final-try")) info->flags |= CKF_USER_PIN_FINAL_TRY;
  if (is_fault("locked")) info->flags |= CKF_USER_PIN_LOCKED;
  return answer;
}

static CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info) {
  if (is_fault("no-mechanism")) return CKR_MECHANISM_INVALID;
  CK_RV answer = real->C_GetMechanismInfo(slot, type, info);
  if (is_fault("verifies-only")) info->flags &= ~CKF_SIGN;
  return answer;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE_PTR session) {
  if (is_fault("no-session") || (is_fault("one-session") && sessions >= 1)) return CKR_SESSION_COUNT;
  CK_RV answer = real->C_OpenSession(slot, flags, application, notify, session);
  if (answer == CKR_OK) {
    pthread_mutex_lock(&lock);
    sessions += 1;
    pthread_mutex_unlock(&lock);
  }
  return answer;
}

static CK_RV close_session(CK_SESSION_HANDLE session) {
  CK_RV answer = real->C_CloseSession(session);
  if (answer == CKR_OK) {
    pthread_mutex_lock(&lock);
    sessions -= 1;
    pthread_mutex_unlock(&lock);
  }
  return answer;
}

// A token that protects keys less than it was asked to.
static CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_ATTRIBUTE_PTR public_key,
                               CK_ULONG public_count, CK_ATTRIBUTE_PTR private_key, CK_ULONG private_count,
                               CK_OBJECT_HANDLE_PTR public_handle, CK_OBJECT_HANDLE_PTR private_handle) {
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE changed[64];
  if (is_fault("broken")) return CKR_DEVICE_MEMORY;
  if (is_fault("no-generation")) return CKR_MECHANISM_INVALID;
  for (CK_ULONG i = 0; i < private_count && i < 64; i++) {
    changed[i] = private_key[i];
    if (is_fault("careless") && changed[i].type == CKA_EXTRACTABLE) changed[i].pValue = &yes;
  }
  return real->C_GenerateKeyPair(session, mechanism, public_key, public_count, changed, private_count, public_handle,
                                 private_handle);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  if (is_fault("removed")) return remove_token(CKR_DEVICE_REMOVED);
  return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
                  CK_ULONG_PTR signature_length) {
  enter_signing(1);
  int waited = 0;
  while (is_fault("held") && waited++ < 5000) usleep(1000);
  CK_RV answer;
  if (waited > 5000) answer = CKR_FUNCTION_CANCELED; // nobody let go: they are waiting for us
  else if (is_fault("pulled")) answer = remove_token(CKR_DEVICE_REMOVED);
  else if (is_fault("pulled-once")) {
    fclose(open_in_folder("fault", "w"));
    answer = remove_token(CKR_DEVICE_REMOVED);
  } else if (is_fault("refusing")) answer = CKR_FUNCTION_REJECTED;
  else answer = real->C_Sign(session, data, length, signature, signature_length);
  if (answer == CKR_OK && is_fault("wrong-signature")) signature[*signature_length - 1] ^= 1;
  if (answer == CKR_OK && is_fault("short-signature")) *signature_length -= 1;
  enter_signing(-1);
  return answer;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  void *library = dlopen(getenv("FAULTY_TOKEN_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return CKR_GENERAL_ERROR;
  CK_C_GetFunctionList get_function_list = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  CK_RV answer = get_function_list(&real);
  if (answer != CKR_OK) return answer;
  faulty = *real;
  faulty.C_Initialize = initialize;
  faulty.C_GetSlotList = get_slot_list;
  faulty.C_GetTokenInfo = get_token_info;
  faulty.C_GetMechanismInfo = get_mechanism_info;
  faulty.C_OpenSession = open_session;
  faulty.C_CloseSession = close_session;
  faulty.C_GenerateKeyPair = generate_key_pair;
  faulty.C_SignInit = sign_init;
  faulty.C_Sign = sign;
  *list = &faulty;
  return CKR_OK;
}
