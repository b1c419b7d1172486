//! What the server can be told to do wrong: one fault for each way of breaking a statement that
//! the checks hold a server to.
//!
//! A fault never reaches into the server's own code. It hooks in at one of three places: it changes
//! the request before the server sees it (or answers it itself), it changes the response after
//! the server made it, or it changes the settings before the first request. So the right
//! behaviour stays readable, and each fault is one short function.

mod access;
mod body;
mod criteria;
mod flow;
mod guard;
mod paging;
mod read;
mod real;
mod refusal;
mod search;
mod switched;
mod transport;
mod write;

use super::account::Lapse;
use super::flow::Effect;
use super::message::{Request, Response};
use super::rule::Rule;
use super::service::Settings;
use crate::fhir::codes;

pub(super) use switched::Faults;

/// Where a fault takes hold.
enum Hook {
    /// Changes the request, or answers it in the server's place.
    Request(fn(&mut Request) -> Option<Response>),
    /// Changes the response.
    Response(fn(&Request, &mut Response)),
    /// Changes the settings.
    Settings(fn(&mut Settings)),
    /// Leaves out a rule for creates and updates.
    Without(Rule),
    /// Leaves out what follows from a create.
    Lacks(Effect),
    /// Forgets rights in one place.
    Forgets(Lapse),
}

/// Declares each fault once: its name, what it does, and its hook.
macro_rules! faults {
    ($($variant:ident = $code:literal, $description:literal, $hook:expr;)+) => {
        codes! {
            /// Something the server can be told to do wrong.
            Fault { $($variant = $code),+ }
        }

        impl Fault {
            /// What the server does wrong, in a sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),+ }
            }

            fn hook(self) -> Hook {
                match self { $(Self::$variant => $hook),+ }
            }
        }
    };
}

faults! {
    NoMetadata = "no-metadata", "GET metadata answers 404 with a page",
        Hook::Request(transport::no_metadata);
    MetadataOverstates = "metadata-overstates", "the CapabilityStatement declares delete for Patient",
        Hook::Response(body::overstate);
    MetadataInvalid = "metadata-invalid", "the CapabilityStatement lacks `status` and `fhirVersion`",
        Hook::Response(body::invalid_metadata);
    WrongFhirVersion = "wrong-fhir-version", "the CapabilityStatement says FHIR 3.0.2",
        Hook::Response(body::wrong_fhir_version);
    RefusesFhirJson = "refuses-fhir-json", "`application/fhir+json` is refused with 406 and 415",
        Hook::Request(transport::refuse_fhir_json);
    AnswersPlainJson = "answers-plain-json", "every answer is `application/json`, whatever was asked for",
        Hook::Response(transport::answer_plain_json);
    IgnoresAccept = "ignores-accept", "a request for XML is answered with JSON",
        Hook::Request(transport::ignore_accept);
    IgnoresFormat = "ignores-format", "`_format` is ignored",
        Hook::Request(transport::ignore_format);
    AcceptsAnyContentType = "accepts-any-content-type", "a body of any media type is taken for JSON",
        Hook::Request(transport::accept_any_content_type);
    WantsTrailingSlash = "wants-trailing-slash", "an address without a trailing slash is redirected",
        Hook::Request(transport::want_trailing_slash);
    HtmlErrors = "html-errors", "errors are pages, not OperationOutcomes",
        Hook::Response(transport::html_errors);
    EmptyErrors = "empty-errors", "errors have no body",
        Hook::Response(transport::empty_errors);
    StackTraces = "stack-traces", "errors tell file names and SQL",
        Hook::Response(body::stack_trace);
    NoAllowHeader = "no-allow-header", "405 comes without `Allow`",
        Hook::Response(transport::no_allow_header);
    AnyMethodSucceeds = "any-method-succeeds", "a method that is not offered is answered with 200",
        Hook::Response(transport::any_method_succeeds);
    UnknownTypeFails = "unknown-type-fails", "an unknown resource type is answered with 500",
        Hook::Response(transport::unknown_type_fails);
    NoAuthentication = "no-authentication", "requests without a token are answered",
        Hook::Request(access::admit_without_token);
    AcceptsAnyToken = "accepts-any-token", "any token will do",
        Hook::Request(access::accept_any_token);
    TokenExpiresAtOnce = "token-expires-at-once", "a token has expired when it is handed out",
        Hook::Settings(access::expire_at_once);
    NoChallenge = "no-challenge", "401 comes without `WWW-Authenticate`",
        Hook::Response(access::no_challenge);
    ForbidsInsteadOfChallenging = "forbids-without-token", "a missing token is answered with 403",
        Hook::Response(access::forbid);
    LoginFails = "login-fails", "a wrong password is answered with 500",
        Hook::Response(access::login_fails);
    LoginRevealsUsers = "login-reveals-users", "the answer tells whether the user exists",
        Hook::Response(access::reveal_users);
    LoginWithoutExpiry = "login-without-expiry", "the login's answer has no `exp`",
        Hook::Response(access::no_expiry);
    UnknownIdFails = "unknown-id-fails", "an unknown id is answered with 500",
        Hook::Response(transport::unknown_id_fails);
    UnknownIdIsEmpty = "unknown-id-is-empty", "an unknown id is answered with 200 and an empty Bundle",
        Hook::Response(body::unknown_id_is_empty);
    MissingResourceType = "missing-resource-type", "resources have no `resourceType`",
        Hook::Response(body::drop_resource_type);
    WrongId = "wrong-id", "a read answers with another id",
        Hook::Response(body::wrong_id);
    NoEtag = "no-etag", "a read has no `ETag`",
        Hook::Response(transport::no_etag);
    FamilyWithoutEtag = "family-without-etag", "the create of a Group has no `ETag`",
        Hook::Response(transport::no_etag_of_family);
    WrongEtag = "wrong-etag", "`ETag` is not the versionId",
        Hook::Response(transport::wrong_etag);
    NoLastModified = "no-last-modified", "a read has no `Last-Modified`",
        Hook::Response(transport::no_last_modified);
    IgnoresIfNoneMatch = "ignores-if-none-match", "a conditional read always answers in full",
        Hook::Request(transport::ignore_conditions);
    NoneStrings = "none-strings", "absent family names are sent as the string `None`",
        Hook::Response(body::none_strings);
    NullMembers = "null-members", "resources have a member that is null",
        Hook::Response(body::null_member);
    EmptyArrays = "empty-arrays", "resources have a member that is an empty array",
        Hook::Response(body::empty_array);
    UnknownElement = "unknown-element", "resources have an element that R4 does not define",
        Hook::Response(body::unknown_element);
    MissingElement = "missing-element", "resources lack `identifier`",
        Hook::Response(body::drop_identifier);
    WrongCode = "wrong-code", "gender and status are codes that R4 does not define",
        Hook::Response(body::wrong_code);
    WrongDateFormat = "wrong-date-format", "birth dates are written day first",
        Hook::Response(body::wrong_date_format);
    LosesPrecision = "loses-precision", "decimals lose their trailing zeros",
        Hook::Response(body::lose_precision);
    MangledText = "mangled-text", "characters outside ASCII become question marks",
        Hook::Response(body::mangle_text);
    DanglingReference = "dangling-reference", "references lead nowhere",
        Hook::Response(body::dangle);
    IgnoresEveryParameter = "ignores-parameters", "a search answers with everything",
        Hook::Request(search::ignore_parameters);
    IgnoresId = "ignores-id-parameter", "`_id` is ignored",
        Hook::Request(search::ignore_id);
    IgnoresLastUpdated = "ignores-last-updated", "`_lastUpdated` is ignored",
        Hook::Request(search::ignore_last_updated);
    IgnoresIdentifier = "ignores-identifier", "`identifier` is ignored",
        Hook::Request(search::ignore_identifier);
    IgnoresSystem = "ignores-token-system", "`system|code` finds the code in any system",
        Hook::Request(search::ignore_system);
    IgnoresPrefix = "ignores-prefix", "the prefix of a date is ignored",
        Hook::Request(search::ignore_prefix);
    IgnoresCount = "ignores-count", "`_count` is ignored",
        Hook::Request(search::ignore_count);
    IgnoresSort = "ignores-sort", "`_sort` is ignored, and claimed in the self link",
        Hook::Request(search::ignore_sort);
    IgnoresModifier = "ignores-modifiers", "modifiers are ignored",
        Hook::Request(search::ignore_modifiers);
    IgnoresStrict = "ignores-strict-handling", "`Prefer: handling=strict` is ignored",
        Hook::Request(search::ignore_strict);
    IgnoresSummary = "ignores-summary", "`_summary` and `_elements` are ignored",
        Hook::Request(search::ignore_summary);
    SearchByPostFails = "search-by-post-fails", "POST _search is answered with 404",
        Hook::Request(search::no_post_search);
    InvalidDateFails = "invalid-date-fails", "what is refused with 400 is answered with 500, such as an invalid date",
        Hook::Response(search::invalid_value_fails);
    EmptySearchFails = "empty-search-fails", "a search that finds nothing is answered with 404",
        Hook::Response(search::empty_is_not_found);
    BareResource = "bare-resource", "a search by identifier answers with the resource itself",
        Hook::Response(search::bare_resource);
    OneRowBreaksSearch = "one-row-breaks-search",
        "a search whose page holds a certain PractitionerRole is answered with 500",
        Hook::Response(search::one_row_breaks_search);
    UnknownIdentifierFails = "unknown-identifier-fails",
        "a search by an identifier that nobody has is answered with 500",
        Hook::Response(search::unknown_identifier_fails);
    WrongBundleType = "wrong-bundle-type", "a search answers with a Bundle of type `collection`",
        Hook::Response(search::wrong_bundle_type);
    NoFullUrl = "no-full-url", "entries have no `fullUrl`",
        Hook::Response(search::no_full_url);
    WrongFullUrl = "wrong-full-url", "`fullUrl` does not lead to the resource",
        Hook::Response(search::wrong_full_url);
    NoSearchMode = "no-search-mode", "entries have no `search.mode`",
        Hook::Response(search::no_mode);
    NoSelfLink = "no-self-link", "a search has no self link",
        Hook::Response(paging::no_self_link);
    SelfLinkClaimsAll = "self-link-claims-all", "the self link has parameters that were not used",
        Hook::Response(paging::self_link_claims_all);
    WrongTotal = "wrong-total", "`total` is one too many",
        Hook::Response(paging::wrong_total);
    TotalOfPage = "total-of-page", "`total` counts the page only",
        Hook::Response(paging::total_of_page);
    PagingLoses = "paging-loses", "each further page starts one row too late",
        Hook::Request(paging::lose);
    PagingRepeats = "paging-repeats", "each further page starts one row too early",
        Hook::Request(paging::repeat);
    PagingNeverEnds = "paging-never-ends", "the last page has a next link to itself",
        Hook::Response(paging::never_end);
    PagingForgets = "paging-forgets-criteria", "next links have lost the criteria",
        Hook::Response(paging::forget_criteria);
    NoNextLink = "no-next-link", "a first page has no next link",
        Hook::Response(paging::no_next_link);
    RelativeLinks = "relative-links", "page links are relative",
        Hook::Response(paging::relative_links);
    ForeignLinks = "foreign-links", "page links lead to another host",
        Hook::Response(paging::foreign_links);
    TokenNeedsSystem = "token-needs-system", "an identifier is found only with its system or a bar",
        Hook::Request(criteria::token_needs_system);
    TokenNeedsCode = "token-needs-code", "`system|` finds nothing",
        Hook::Request(criteria::token_needs_code);
    BarIsIgnored = "bar-is-ignored", "`|code` finds the code in any system",
        Hook::Request(criteria::bar_is_ignored);
    ReferenceNeedsType = "reference-needs-type", "a reference is not found by the id alone",
        Hook::Request(criteria::reference_needs_type);
    ReferenceNeedsToBeRelative = "reference-needs-to-be-relative", "a reference is not found by an address",
        Hook::Request(criteria::reference_needs_to_be_relative);
    ExactStrings = "exact-strings", "names are found only as they are written, and whole",
        Hook::Request(criteria::exact_strings);
    DatesNeedADay = "dates-need-a-day", "a month finds nothing that lies in it",
        Hook::Request(criteria::dates_need_a_day);
    OffsetsAreDropped = "offsets-are-dropped", "the offset of an instant that is searched for does not count",
        Hook::Request(criteria::offsets_are_dropped);
    PlusStaysAPlus = "plus-stays-a-plus", "a plus in a query is no space",
        Hook::Request(criteria::plus_stays_a_plus);
    FirstAlternativeOnly = "first-alternative-only", "of several values of `_id` only the first counts",
        Hook::Request(criteria::first_alternative_only);
    LastRepetitionOnly = "last-repetition-only", "of a repeated `_id` only the last counts",
        Hook::Request(criteria::last_repetition_only);
    EscapesAreIgnored = "escapes-are-ignored", "an escaped comma separates values",
        Hook::Request(criteria::escapes_are_ignored);
    RefusesTotal = "refuses-total", "a search with `_total` is refused",
        Hook::Request(criteria::refuse_total);
    RefusesUnknown = "refuses-unknown-parameters", "a search with an unknown parameter is refused",
        Hook::Request(criteria::refuse_unknown);
    IgnoresQuery = "ignores-query", "`_query` is ignored",
        Hook::Request(criteria::ignore_query);
    NoSubsetTag = "no-subset-tag", "parts of resources have no tag SUBSETTED",
        Hook::Response(criteria::no_subset_tag);
    SubsetLosesMandatory = "subset-loses-mandatory", "parts of resources lack `status`",
        Hook::Response(criteria::subset_loses_mandatory);
    WrongSubset = "wrong-subset", "parts of resources have what does not belong to them, or lack what does",
        Hook::Response(criteria::wrong_subset);
    IncludeAsMatch = "include-as-match", "what is included is marked as a match",
        Hook::Response(criteria::include_as_match);
    CountsIncluded = "counts-included", "`total` counts what is included",
        Hook::Response(criteria::count_included);
    IncludesTwice = "includes-twice", "what is included comes twice",
        Hook::Response(criteria::include_twice);
    IgnoresInclude = "ignores-include", "`_include` and `_revinclude` are ignored",
        Hook::Request(criteria::ignore_include);
    BareSelfLink = "bare-self-link", "the self link has no parameters",
        Hook::Response(criteria::bare_self_link);
    UnstableOrder = "unstable-order", "pages of even size are turned round",
        Hook::Response(criteria::unstable_order);
    PagingForgetsCount = "paging-forgets-count", "next links ask for pages of one",
        Hook::Response(criteria::forget_count);
    MetadataNeedsToken = "metadata-needs-token", "the CapabilityStatement is refused without a token",
        Hook::Request(criteria::refuse_metadata_without_token);
    MetadataOfAKind = "metadata-of-a-kind", "the CapabilityStatement has the kind `requirements`",
        Hook::Response(criteria::metadata_of_a_kind);
    MetadataOnlyXml = "metadata-only-xml", "the CapabilityStatement lists XML alone",
        Hook::Response(criteria::metadata_only_xml);
    MetadataWithoutEtag = "metadata-without-etag", "the CapabilityStatement has no `ETag`",
        Hook::Response(criteria::metadata_without_etag);
    MetadataUnderstates = "metadata-understates", "the CapabilityStatement declares no interaction, parameter or profile",
        Hook::Response(criteria::metadata_understates);
    StaleTotal = "stale-total", "the total of insurees stays as it was at first",
        Hook::Response(criteria::stale_total);
    CreateAnswers200 = "create-answers-200", "a create is answered with 200",
        Hook::Response(write::answer_200);
    NoLocation = "no-location", "a create has no `Location`",
        Hook::Response(write::no_location);
    WrongLocation = "wrong-location", "`Location` does not lead to what was created",
        Hook::Response(write::wrong_location);
    CreateLosesElement = "create-loses-element", "a create loses gender and birth date",
        Hook::Response(write::lose_element);
    StoresLess = "stores-less", "a create stores everything but `telecom` and `note`",
        Hook::Request(write::store_less);
    StoresOther = "stores-other", "a create stores names in capitals",
        Hook::Request(write::store_other);
    VillagesNotListed = "villages-not-listed", "searches leave villages out",
        Hook::Response(write::no_villages);
    CreateNotSearchable = "create-not-searchable", "what was created today is not found by search",
        Hook::Response(write::not_searchable);
    KeepsClientVersion = "keeps-client-version", "a create answers with the versionId the client sent",
        Hook::Response(write::keep_version);
    IgnoresPrefer = "ignores-prefer", "`Prefer: return` is ignored",
        Hook::Request(write::ignore_prefer);
    AcceptsBrokenJson = "accepts-broken-json", "broken JSON is answered with 500",
        Hook::Response(write::broken_json_fails);
    RefusalFails = "refusal-fails", "content that is refused is answered with 500",
        Hook::Response(write::refusal_fails);
    RefusalWithoutPlace = "refusal-without-place", "refusals do not name the element",
        Hook::Response(write::no_expression);
    WantsUsualName = "wants-usual-name", "an insuree is taken with a name of the use `usual` only",
        Hook::Request(refusal::want_usual_name);
    WantsLegalState = "wants-legal-state", "a policy is taken with a `legalState` only, which the guide prohibits",
        Hook::Request(refusal::want_legal_state);
    WantsCategoryText = "wants-category-text", "a claim is taken with the categories of its lines as text only",
        Hook::Request(refusal::want_category_text);
    IgnoresIfMatch = "ignores-if-match", "an update with a stale `If-Match` is carried out",
        Hook::Request(write::ignore_if_match);
    UpdateIgnoresId = "update-ignores-id", "an update whose body has another id is carried out",
        Hook::Request(write::ignore_body_id);
    DeletedStays = "deleted-stays", "a delete is answered and not carried out",
        Hook::Request(write::pretend_to_delete);
    DeletedIsNotFound = "deleted-is-empty", "a deleted resource is answered with 200 and no body",
        Hook::Response(write::deleted_is_empty);
    AcceptsUnknownElements = "accepts-unknown-elements", "elements R4 does not define are stored",
        Hook::Without(Rule::KnownElements);
    AcceptsEmptyValues = "accepts-empty-values", "empty values are stored",
        Hook::Without(Rule::NoEmptyValues);
    AcceptsMissingElements = "accepts-missing-elements", "resources without required elements are stored",
        Hook::Without(Rule::RequiredElements);
    AcceptsProhibitedElements = "accepts-prohibited-elements", "elements the guide prohibits are stored",
        Hook::Without(Rule::ProhibitedElements);
    AcceptsDanglingReferences = "accepts-dangling-references", "references that lead nowhere are stored",
        Hook::Without(Rule::ReferencesResolve);
    AcceptsNoCode = "accepts-no-code", "an insuree without a code is stored",
        Hook::Without(Rule::InsureeCodeRequired);
    AcceptsLongCode = "accepts-long-code", "an insuree code of more than twelve characters is stored",
        Hook::Without(Rule::InsureeCodeLength);
    AcceptsAnyPerson = "accepts-any-person", "any gender and date of birth is stored",
        Hook::Without(Rule::InsureePerson);
    AcceptsDuplicateCode = "accepts-duplicate-code", "a code that is taken is stored again",
        Hook::Without(Rule::UniqueCode);
    AcceptsAnyFamily = "accepts-any-family", "a family with a wrong code or quantity is stored",
        Hook::Without(Rule::FamilyComposition);
    AcceptsFamilyNowhere = "accepts-family-nowhere", "a family without an address is stored",
        Hook::Without(Rule::FamilyAddress);
    AcceptsSecondFamily = "accepts-second-family", "a member of one family is taken into another",
        Hook::Without(Rule::OneFamilyEach);
    AcceptsAnyPolicy = "accepts-any-policy", "a policy for strangers, or for a product that cannot be had, is stored",
        Hook::Without(Rule::PolicyTerms);
    AcceptsAnyQuestion = "accepts-any-question", "eligibility may be asked for two services, or by any category",
        Hook::Without(Rule::EligibilityQuestion);
    AcceptsWrongSum = "accepts-wrong-sum", "a claim whose total is not the sum of its lines is stored",
        Hook::Without(Rule::ClaimArithmetic);
    AcceptsEmptyClaim = "accepts-empty-claim", "a claim without a line is stored",
        Hook::Without(Rule::ClaimLines);
    AcceptsAnyClaimCode = "accepts-any-claim-code", "a claim with unknown diagnosis, visit type or category is stored",
        Hook::Without(Rule::ClaimCodes);
    AcceptsAnyClaimant = "accepts-any-claimant", "a claim by anybody, for any organization, on any Coverage is stored",
        Hook::Without(Rule::ClaimParties);
    AcceptsAnyAnswer = "accepts-any-answer", "feedback with impossible answers is stored",
        Hook::Without(Rule::FeedbackAnswers);
    AcceptsMissingAnswers = "accepts-missing-answers", "feedback without an answer to each question is stored",
        Hook::Without(Rule::FeedbackComplete);
    AcceptsSecondFeedback = "accepts-second-feedback", "feedback is taken a second time",
        Hook::Without(Rule::FeedbackOnce);
    AcceptsOverpayment = "accepts-overpayment", "more is paid on an invoice than is open",
        Hook::Without(Rule::PaymentWithinBalance);
    AcceptsAnySubscription = "accepts-any-subscription", "a subscription with impossible criteria is stored",
        Hook::Without(Rule::SubscriptionCriteria);
    MembersForgetFamily = "members-forget-family", "the members of a new family do not point to it",
        Hook::Lacks(Effect::MembersPointToFamily);
    CodeSystemsElsewhere = "code-systems-elsewhere", "the education levels have their own address as their URL",
        Hook::Response(flow::code_system_elsewhere);
    CodeSystemsCut = "code-systems-cut", "the education levels have their first code alone",
        Hook::Response(flow::cut_code_system);
    FamilyActiveAtOnce = "family-active-at-once", "a family is active before it has a policy",
        Hook::Response(flow::active_family);
    PolicyCoversNobody = "policy-covers-nobody", "a policy brings no Coverage",
        Hook::Lacks(Effect::PolicyCovers);
    PolicyNeverExecuted = "policy-never-executed", "a paid policy is only offered",
        Hook::Response(flow::offered_policy);
    CoverageWrongPeriod = "coverage-wrong-period", "a Coverage ends when it begins",
        Hook::Response(flow::short_coverage);
    CoverageWrongPlan = "coverage-wrong-plan", "a Coverage names another product",
        Hook::Response(flow::other_plan);
    PolicyNotInvoiced = "policy-not-invoiced", "a policy brings no invoice",
        Hook::Lacks(Effect::PolicyIsInvoiced);
    EligibilityNotAnswered = "eligibility-not-answered", "a question about eligibility has no answer",
        Hook::Lacks(Effect::EligibilityIsAnswered);
    EligibilityOtherIdentifier = "eligibility-other-identifier", "the answer has another identifier than the question",
        Hook::Response(flow::other_identifier);
    EligibilityForgetsProducts = "eligibility-forgets-products", "the answer leaves out the item and service asked for",
        Hook::Response(flow::no_products);
    ClaimNotAdjudicated = "claim-not-adjudicated", "a claim has no answer",
        Hook::Lacks(Effect::ClaimIsAdjudicated);
    ClaimNeverSettles = "claim-never-settles", "the answer to a claim never becomes final",
        Hook::Settings(flow::never_settle);
    ClaimLinesReordered = "claim-lines-reordered", "the answer has the lines in another order",
        Hook::Response(flow::reorder_lines);
    ClaimLineLost = "claim-line-lost", "the answer lacks the last line",
        Hook::Response(flow::lose_line);
    ClaimWrongTotal = "claim-wrong-total", "the answer's total is not the sum of its lines",
        Hook::Response(flow::wrong_total);
    FeedbackNotAskedFor = "feedback-not-asked-for", "no feedback is asked for after a claim",
        Hook::Lacks(Effect::FeedbackIsAskedFor);
    FeedbackNotNoted = "feedback-not-noted", "feedback leaves the question open",
        Hook::Lacks(Effect::FeedbackCompletes);
    PaymentNotNoted = "payment-not-noted", "payment in full leaves the invoice open",
        Hook::Lacks(Effect::PaymentBalances);
    StrongEtag = "strong-etag", "`ETag` is not weak",
        Hook::Response(read::strong_etag);
    WrongLastModified = "wrong-last-modified", "`Last-Modified` is not lastUpdated",
        Hook::Response(read::wrong_last_modified);
    MalformedIdFails = "malformed-id-fails", "an impossible id is answered with 500",
        Hook::Response(read::malformed_id_fails);
    HeadFails = "head-fails", "HEAD is answered with 404",
        Hook::Response(read::head_fails);
    HeadWithoutHeaders = "head-without-headers", "HEAD has neither `ETag` nor `Last-Modified`",
        Hook::Response(read::head_without_headers);
    ConditionalReadFails = "conditional-read-fails", "a conditional read of what has not changed is answered with 412",
        Hook::Response(read::conditional_read_fails);
    NeverModified = "never-modified", "a conditional read always answers 304",
        Hook::Response(read::never_modified);
    PartFails = "part-fails", "a read of a part is answered with 400",
        Hook::Response(read::part_fails);
    PartNotTagged = "part-not-tagged", "a part of a resource lacks the tag SUBSETTED",
        Hook::Response(read::part_not_tagged);
    PartWithoutId = "part-without-id", "a part of a resource lacks its id",
        Hook::Response(read::part_without_id);
    VersionFails = "version-fails", "a version that is there is answered with 404",
        Hook::Response(read::version_fails);
    AnyVersion = "any-version", "a version that is not there is answered with 200",
        Hook::Response(read::any_version);
    HistoryAsSearch = "history-as-search", "a history is a Bundle of type `searchset`",
        Hook::Response(read::history_as_search);
    HistoryWithoutRequests = "history-without-requests", "entries of a history do not say what was done",
        Hook::Response(read::history_without_requests);
    HistoryOldestFirst = "history-oldest-first", "a history begins with the oldest version",
        Hook::Response(read::history_oldest_first);
    UndeclaredVersionsFail = "undeclared-versions-fail", "versions are not declared, and answered with 500",
        Hook::Response(read::undeclared_versions_fail);
    CodeOfAnother = "code-of-another", "a read by business code answers another entity",
        Hook::Response(read::code_of_another);
    CodeWithOtherId = "code-with-other-id", "a read by business code answers with the id, not the code",
        Hook::Response(read::code_with_other_id);
    ErrorsOnlyInform = "errors-only-inform", "issues of a failure have the severity `information`",
        Hook::Response(refusal::only_inform);
    ErrorsAreExceptions = "errors-are-exceptions", "every failure has the issue code `exception`",
        Hook::Response(refusal::always_exception);
    ErrorsWithoutWords = "errors-without-words", "failures have no diagnostics",
        Hook::Response(refusal::without_words);
    ErrorsAsText = "errors-as-text", "failures are sent as `text/plain`",
        Hook::Response(refusal::as_text);
    CoverageDiffers = "coverage-differs", "an unknown Coverage is answered otherwise than any other",
        Hook::Response(refusal::coverage_differs);
    BrokenJsonUnprocessable = "broken-json-unprocessable", "broken JSON is answered with 422",
        Hook::Response(refusal::broken_json_unprocessable);
    TakesAnyBody = "takes-any-body", "bodies of another type, or none, are answered with 201",
        Hook::Response(refusal::take_any_body);
    WrongCharset = "wrong-charset", "answers name the charset iso-8859-1",
        Hook::Response(refusal::wrong_charset);
    NotUtf8 = "not-utf-8", "a read has bytes that are not UTF-8",
        Hook::Response(refusal::not_utf_8);
    CompressesUnasked = "compresses-unasked", "a body is compressed though the request accepts it only as it is",
        Hook::Response(refusal::compress_unasked);
    NamesNoCompression = "names-no-compression", "a body that is not compressed is said to be",
        Hook::Response(refusal::name_no_compression);
    RefusesAny = "refuses-any", "a read that accepts anything is answered with 406",
        Hook::Request(refusal::refuse_any);
    FirstAcceptOnly = "first-accept-only", "only the first form that a client accepts is looked at",
        Hook::Request(refusal::first_accept);
    RefusesFhirVersion = "refuses-fhir-version", "the parameter fhirVersion is answered with 406",
        Hook::Request(refusal::refuse_fhir_version);
    PrettyFails = "pretty-fails", "`_pretty` is answered with 400",
        Hook::Response(refusal::pretty_fails);
    OwnRequestId = "own-request-id", "the client's request id is lost",
        Hook::Response(refusal::own_request_id);
    KeepsClientId = "keeps-client-id", "a create answers with the id the client sent",
        Hook::Response(write::keep_client_id);
    StoresBeforeChecking = "stores-before-checking", "what is refused has been stored",
        Hook::Settings(write::store_before_checking);
    IgnoresIfNoneExist = "ignores-if-none-exist", "`If-None-Exist` is ignored",
        Hook::Request(write::ignore_if_none_exist);
    UpdateAnswers201 = "update-answers-201", "an update is answered with 201",
        Hook::Response(write::update_answers_201);
    UpdatesMerge = "updates-merge", "an update keeps the elements that it leaves out",
        Hook::Settings(write::merge_updates);
    VersionStays = "version-stays", "the versionId is always 1",
        Hook::Response(write::version_stays);
    UpdateUnknownFails = "update-unknown-fails", "an update of an unknown id is answered with 500",
        Hook::Response(write::update_unknown_fails);
    DeleteFails = "delete-fails", "a delete is answered with 500",
        Hook::Response(write::delete_fails);
    DeletesOnce = "deletes-once", "a second delete is answered with 500",
        Hook::Settings(write::delete_once);
    Cacheable = "cacheable", "answers may be kept by shared caches",
        Hook::Response(guard::cacheable);
    Sniffable = "sniffable", "answers lack `X-Content-Type-Options`",
        Hook::Response(guard::sniffable);
    TellsVersion = "tells-version", "headers tell the version of the server",
        Hook::Response(guard::tell_version);
    OpenToAllPages = "open-to-all-pages", "every page may read with the rights of its user",
        Hook::Response(guard::open_to_all_pages);
    ShowsPassword = "shows-password", "resources have a member `password`",
        Hook::Response(guard::show_password);
    ExecutesValues = "executes-values", "a quote in a value finds everything",
        Hook::Request(guard::execute_values);
    ValueInHeader = "value-in-header", "a line break in a value makes a header",
        Hook::Response(guard::value_in_header);
    StripsMarkup = "strips-markup", "markup is taken out of what is stored",
        Hook::Request(guard::strip_markup);
    MalformedLoginFails = "malformed-login-fails", "a login without a password is answered with 500",
        Hook::Response(guard::malformed_login_fails);
    OddParameterFails = "odd-parameter-fails", "an odd parameter is answered with 500",
        Hook::Response(guard::odd_parameter_fails);
    WrongReferenceType = "wrong-reference-type", "`Reference.type` is another than that of the target",
        Hook::Response(guard::wrong_reference_type);
    WrongReferenceIdentifier = "wrong-reference-identifier", "`Reference.identifier` is none of the target",
        Hook::Response(guard::wrong_reference_identifier);
    SearchAsksNoRight = "search-asks-no-right", "a search asks for no right",
        Hook::Forgets(Lapse::Search);
    SearchAsksNoDistrict = "search-asks-no-district", "a search shows every district to everybody",
        Hook::Forgets(Lapse::District);
    ReadAsksNoRight = "read-asks-no-right", "a read by id asks for no right and no district",
        Hook::Forgets(Lapse::Read);
    IncludeAsksNoRight = "include-asks-no-right", "what a search includes asks for no right and no district",
        Hook::Forgets(Lapse::Included);
    TotalCountsAll = "total-counts-all", "the total counts what the account may not see",
        Hook::Forgets(Lapse::Total);
    ReaderMayWrite = "reader-may-write", "an account that may only read can write",
        Hook::Forgets(Lapse::Write);
    ReadAsksEveryRight = "read-asks-every-right", "what an account finds it cannot read",
        Hook::Forgets(Lapse::ReadAsksAll);
    RightsOfLastLogin = "rights-of-last-login", "accounts that may do less have the rights of the one that logged in last",
        Hook::Forgets(Lapse::LastLogin);
    SubscribersNotTold = "subscribers-not-told", "subscribers do not hear of a new invoice",
        Hook::Lacks(Effect::SubscribersHear);
    CallWithoutHeader = "call-without-header", "a subscriber is called without the header that the subscription names",
        Hook::Lacks(Effect::CallCarriesHeaders);
    CoverageWithoutDates = "coverage-without-dates", "a Coverage has neither enrolment nor effective date",
        Hook::Response(flow::no_coverage_dates);
    CoverageStaysDraft = "coverage-stays-draft", "a paid policy gives a Coverage that is only a draft",
        Hook::Response(flow::draft_coverage);
    FamilyWithOtherCode = "family-with-other-code", "a family has another code than its head",
        Hook::Response(flow::other_family_code);
    WardsLeadNowhere = "wards-lead-nowhere", "a ward is part of no district",
        Hook::Response(flow::lone_ward);
    LosesPhoto = "loses-photo", "the photo of an insuree is lost",
        Hook::Response(flow::lose_photo);
    LinesWithoutReason = "lines-without-reason", "the answer gives no reason for what became of a line",
        Hook::Response(flow::no_reason);
    LinesNeverValuated = "lines-never-valuated", "lines of a final answer are only checked",
        Hook::Response(flow::never_valuated);
    RejectsContained = "rejects-contained-lines", "lines whose product the claim carries along are rejected",
        Hook::Response(flow::reject_contained);
    AnswerLost = "answer-lost", "feedback comes back without its last answer",
        Hook::Response(flow::lose_answer);
    QuestionLost = "question-lost", "the last question of the feedback is not asked",
        Hook::Response(flow::lose_question);
    UnpaidPolicyExecuted = "unpaid-policy-executed", "a policy that is still to be paid is executed",
        Hook::Response(flow::executed_unpaid);
    InvoiceToPlace = "invoice-to-place", "an invoice is for a Location",
        Hook::Response(flow::invoice_to_place);
    InvoiceWrongSum = "invoice-wrong-sum", "the total of an invoice is not the sum of its prices",
        Hook::Response(flow::wrong_sum);
    ContainedInContained = "contained-in-contained", "what a claim contains contains something",
        Hook::Response(flow::nest_contained);
    HidesParameter = "hides-parameter", "a parameter that works is not declared",
        Hook::Response(body::hide_parameter);
    ProductsRetired = "products-retired", "the period of every product is over",
        Hook::Response(flow::retire_products);
    LoginNamesUnknownUser = "login-names-unknown-user", "a wrong login is told that the user does not exist",
        Hook::Response(access::name_unknown_user);
    LoginWithoutToken = "login-without-token", "the login's answer has no `token`",
        Hook::Response(access::no_token);
    MatchesWithoutId = "matches-without-id", "matches of a search have no id",
        Hook::Response(search::matches_without_id);
    ReadAnswersOtherType = "read-answers-other-type", "a read of a Practitioner answers a Person",
        Hook::Response(read::answer_person);
    NoTransportSecurity = "no-transport-security", "answers over TLS lack `Strict-Transport-Security`",
        Hook::Response(guard::no_transport_security);
    HangsUp = "hangs-up", "the connection ends without an answer to an odd id",
        Hook::Response(guard::hang_up);
    ApLeavesValueOut = "ap-leaves-value-out", "the prefix `ap` does not find the value itself",
        Hook::Request(criteria::ap_leaves_value_out);
    ChainFindsNothing = "chain-finds-nothing", "a chained parameter finds nothing, whatever its value",
        Hook::Request(criteria::chain_finds_nothing);
    HasFindsNothing = "has-finds-nothing", "`_has` finds nothing, whatever its value",
        Hook::Request(criteria::has_finds_nothing);
    CompartmentOfAll = "compartment-of-all", "the compartment of a Patient holds everybody's",
        Hook::Request(criteria::compartment_of_all);
    CurrencySign = "currency-sign", "currencies are signs, not codes",
        Hook::Response(real::currency_sign);
    RelativeSystem = "relative-system", "a code system is named by a relative address",
        Hook::Response(real::relative_system);
    TimeWithoutZone = "time-without-zone", "a time has no zone",
        Hook::Response(real::time_without_zone);
    MisspeltExtension = "misspelt-extension", "the address of an extension has a slash too many",
        Hook::Response(real::misspelt_extension);
    NamedReference = "named-reference", "a reference holds a name",
        Hook::Response(real::named_reference);
    OtherDisplay = "other-display", "displays are not those of the code system",
        Hook::Response(real::other_display);
    AmountsAreCapped = "amounts-are-capped", "an amount of a claim has ten digits at most",
        Hook::Response(real::cap_amounts);
    TypeOutsideTheSet = "type-outside-the-set", "the identifier of who qualifies an officer has a type that its value set does not have",
        Hook::Response(real::type_outside_the_set);
    CapitalCode = "capital-code", "a code is written with a capital",
        Hook::Response(real::capital_code);
    UsualName = "usual-name", "names are usual ones where the guide asks for official ones",
        Hook::Response(real::usual_name);
    DatabaseIdentifier = "database-identifier", "a Coverage has an identifier that the guide's closed slicing does not have",
        Hook::Response(real::database_identifier);
    LegalState = "legal-state", "a Contract has an element that the guide prohibits",
        Hook::Response(real::legal_state);
    ReadFails = "read-fails", "what a search finds is answered with 500 when it is read",
        Hook::Response(real::read_fails);
    CreateFails = "create-fails", "a create that is carried out is answered with 500",
        Hook::Response(real::create_fails);
    EncodedLinks = "encoded-links", "the address of the next page is encoded as a whole",
        Hook::Response(real::encoded_links);
    CountZeroIsAll = "count-zero-is-all", "`_count=0` answers a page of matches",
        Hook::Request(real::count_zero_is_all);
    OptionsFail = "options-fail", "OPTIONS is answered with 500",
        Hook::Response(guard::options_fail);
    OptionsWithoutAllow = "options-without-allow", "an answer to OPTIONS does not name the methods",
        Hook::Response(guard::options_without_allow);
    PreflightNeedsToken = "preflight-needs-token", "a browser that asks whether a page may ask is refused for want of a token",
        Hook::Request(guard::preflight_needs_token);
    DeclaresConditions = "declares-conditions", "conditional update and delete are declared, and refused",
        Hook::Response(body::declare_conditions);
    WithholdsRepresentation = "withholds-representation", "a create that prefers the representation is answered without a body",
        Hook::Response(write::withhold_representation);
    AnswerAboutAnother = "answer-about-another", "the answer to a claim is about another insuree than the claim",
        Hook::Response(flow::answer_about_another);
    FamilyOfStrangers = "family-of-strangers", "a family has a member of another family, and none of its own",
        Hook::Response(flow::swap_members);
    MixedCurrencies = "mixed-currencies", "one amount of an invoice has another currency than the others",
        Hook::Response(flow::mix_currencies);
    BusyWithoutWord = "busy-without-word", "an odd id is answered with 503 that does not say when to come back",
        Hook::Response(guard::busy_without_word);
    ChainAsksNoDistrict = "chain-asks-no-district", "a search is chained over insurees whom the account may not see",
        Hook::Forgets(Lapse::Chain);
    HostileBodyFails = "hostile-body-fails", "a body with `NaN` is answered with 500",
        Hook::Response(guard::hostile_body_fails);
    DuplicateMembers = "duplicate-members", "resources have a member twice",
        Hook::Response(body::duplicate_member);
    TextForFlag = "text-for-flag", "a truth value is sent as text",
        Hook::Response(body::text_for_flag);
    UnsafeNarrative = "unsafe-narrative", "narratives hold a script",
        Hook::Response(body::unsafe_narrative);
    LoneContained = "lone-contained", "insurees carry along what nobody refers to, with an illegal id and a version",
        Hook::Response(body::lone_contained);
    RelativeExtension = "relative-extension", "insurees have an extension whose address is relative",
        Hook::Response(body::relative_extension);
    UnknownModifier = "unknown-modifier", "insurees have a modifier extension that nobody knows",
        Hook::Response(body::unknown_modifier);
    WrongTypeFails = "wrong-type-fails", "a body of another resource type is answered with 500",
        Hook::Response(real::wrong_type_fails);
    HistoryIgnoresCount = "history-ignores-count", "a page of a history has more entries than `_count` asks for",
        Hook::Request(read::history_ignores_count);
    HistoryIgnoresSince = "history-ignores-since", "a history has what is older than `_since`",
        Hook::Request(read::history_ignores_since);
    HistoryEndsEarly = "history-ends-early", "a history in pages ends with the first of them",
        Hook::Response(read::history_ends_early);
    HistoryForgetsDelete = "history-forgets-delete", "the history of a deleted resource does not tell of the delete",
        Hook::Response(read::history_forgets_delete);
    DeletedVersionUnknown = "deleted-version-unknown", "the version that is a delete is answered with 404",
        Hook::Response(read::deleted_version_unknown);
    RefusesIfNoneExist = "refuses-if-none-exist", "a conditional create, though declared, is refused",
        Hook::Request(write::refuse_if_none_exist);
    SeveralAreOne = "several-are-one", "a conditional create that several resources match is answered as if one did",
        Hook::Response(write::several_are_one);
    WrongUpdateCreate = "wrong-update-create", "`updateCreate` says the opposite of what updates do",
        Hook::Response(body::swap_update_create);
    VersionNotRequired = "version-not-required", "an update without `If-Match` is carried out, though `versioned-update` is declared",
        Hook::Request(write::replace_any_version);
    ValidateAcceptsAll = "validate-accepts-all", "`$validate` finds nothing wrong with anything",
        Hook::Response(refusal::validate_accepts_all);
    ValidateRefusesAll = "validate-refuses-all", "`$validate` finds something wrong with everything",
        Hook::Response(refusal::validate_refuses_all);
}
