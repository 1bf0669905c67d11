/* Editions and product keys. */
#include "double.h"

#define KEY_DIGITS 29

static const PCWSTR targets[] = { u"Education", u"Enterprise \U0001F3E2" };

void fillEdition(Content *content) { copyText(content->edition, NAME_LENGTH, u"Professional"); }

static DismString *newString(PCWSTR text)
{
  Tree *tree = newTree();
  DismString *string = newBlock(tree, sizeof *string);
  string->Value = newText(tree, text);
  return string;
}

/* Five groups of five, letters and digits. */
static bool isKey(PCWSTR key)
{
  if (key == NULL || textLength(key) != KEY_DIGITS) {
    return false;
  }
  for (unsigned i = 0; i < KEY_DIGITS; i++) {
    bool letter = (key[i] >= 'A' && key[i] <= 'Z') || (key[i] >= 'a' && key[i] <= 'z') || (key[i] >= '0' && key[i] <= '9');
    if (i % 6 == 5 ? key[i] != '-' : !letter) {
      return false;
    }
  }
  return true;
}

HRESULT WINAPI _DismGetCurrentEdition(DismSession Session, DismString **EditionId)
{
  Call call;
  beginCall(&call, "_DismGetCurrentEdition");
  argSession(&call, Session);
  if (EditionId != NULL) {
    *EditionId = NULL;
  }
  HRESULT result = checkSession(&call, EditionId != NULL);
  if (result == S_OK) {
    *EditionId = newString(call.image->content.edition);
  }
  return endCall(&call, result);
}

static HRESULT listEditions(Call *call, DismString **out, UINT *count, bool none)
{
  if (out != NULL && count != NULL) {
    *out = NULL;
    *count = 0;
  }
  HRESULT result = checkSession(call, out != NULL && count != NULL);
  if (result == S_OK) {
    UINT length = none ? 0 : COUNT_OF(targets);
    Tree *tree = newTree();
    DismString *list = newList(tree, length, sizeof *list);
    for (UINT i = 0; i < length; i++) {
      list[i].Value = newText(tree, targets[i]);
    }
    *out = list;
    *count = length;
  }
  return endCall(call, result);
}

HRESULT WINAPI _DismGetTargetEditions(DismSession Session, DismString **EditionIds, UINT *Count)
{
  Call call;
  beginCall(&call, "_DismGetTargetEditions");
  argSession(&call, Session);
  return listEditions(&call, EditionIds, Count, modeIs("editions", NULL, "none"));
}

HRESULT WINAPI _DismGetTargetCompositionEditions(DismSession Session, DismString **EditionIds, UINT *Count)
{
  Call call;
  beginCall(&call, "_DismGetTargetCompositionEditions");
  argSession(&call, Session);
  return listEditions(&call, EditionIds, Count, true);
}

HRESULT WINAPI _DismGetTargetVirtualEditions(DismSession Session, PCWSTR CompositionEditionId, DismString **EditionIds, UINT *Count)
{
  Call call;
  beginCall(&call, "_DismGetTargetVirtualEditions");
  argSession(&call, Session);
  argText(&call, "CompositionEditionId", CompositionEditionId);
  return listEditions(&call, EditionIds, Count, false);
}

static HRESULT setEdition(Call *call, DismSession session, PCWSTR edition, PCWSTR key, HANDLE cancelEvent,
  DISM_PROGRESS_CALLBACK progress, PVOID userData)
{
  argSession(call, session);
  argText(call, "EditionId", edition);
  argText(call, "ProductKey", key);
  argTrio(call, cancelEvent, progress, userData);
  HRESULT result = checkSession(call, edition != NULL);
  if (result == S_OK) {
    result = !sameText(edition, targets[0]) && !sameText(edition, targets[1]) ? HR_INVALID_ARGUMENT
      : (key != NULL || call->image->online) && !isKey(key) ? HR_INVALID_PRODUCT_KEY : S_OK;
  }
  if (result == S_OK) {
    result = runOperation(call, "past");
  }
  if (result == S_OK) {
    copyText(call->image->content.edition, NAME_LENGTH, edition);
  }
  return endCall(call, result);
}

HRESULT WINAPI _DismSetEdition(DismSession Session, PCWSTR EditionId, PCWSTR ProductKey, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismSetEdition");
  return setEdition(&call, Session, EditionId, ProductKey, CancelEvent, Progress, UserData);
}

HRESULT WINAPI _DismSetEdition2(DismSession Session, PCWSTR EditionId, PCWSTR ProductKey, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismSetEdition2");
  return setEdition(&call, Session, EditionId, ProductKey, CancelEvent, Progress, UserData);
}

HRESULT WINAPI _DismSetProductKey(DismSession Session, PCWSTR ProductKey)
{
  Call call;
  beginCall(&call, "_DismSetProductKey");
  argSession(&call, Session);
  argText(&call, "ProductKey", ProductKey);
  HRESULT result = checkSession(&call, ProductKey != NULL);
  if (result == S_OK) {
    result = call.image->online ? HR_NOT_SUPPORTED : isKey(ProductKey) ? S_OK : HR_INVALID_PRODUCT_KEY;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismValidateProductKey(DismSession Session, PCWSTR ProductKey)
{
  Call call;
  beginCall(&call, "_DismValidateProductKey");
  argSession(&call, Session);
  argText(&call, "ProductKey", ProductKey);
  HRESULT result = checkSession(&call, ProductKey != NULL);
  if (result == S_OK && !isKey(ProductKey)) {
    result = HR_UNKNOWN_PRODUCT;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismGetProductKeyInfo(DismSession Session, PCWSTR ProductKey, DismString **EditionId, DismString **Channel)
{
  Call call;
  beginCall(&call, "_DismGetProductKeyInfo");
  argSession(&call, Session);
  argText(&call, "ProductKey", ProductKey);
  if (EditionId != NULL && Channel != NULL) {
    *EditionId = NULL;
    *Channel = NULL;
  }
  HRESULT result = checkSession(&call, ProductKey != NULL && EditionId != NULL && Channel != NULL);
  if (result == S_OK && !isKey(ProductKey)) {
    result = HR_UNKNOWN_PRODUCT;
  }
  if (result == S_OK) {
    *EditionId = newString(u"Professional");
    *Channel = newString(u"Retail");
  }
  return endCall(&call, result);
}
