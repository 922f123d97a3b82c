//! The one table of labels: for every field its label on the form, what a good answer is, and the wordings by which
//! people name it. The README prints it.

use super::{Label, Piece, Required};
use crate::domain::notification::FieldName as F;

/// In the order of DOMAIN.md 2.
pub const TABLE: &[Label] = &[
    Label {
        field: F::UserPartyName,
        label: "User Party name",
        expected: "the name of the User as the SEC Party register has it",
        example: "Northwind Energy Retail Ltd",
        required: Required::Always,
        wordings: "User Party name | Name of User | Party name | SEC Party | SEC Party name | User Party | \
                   User | Party | Company | Company name | Organisation | Organisation name | \
                   Notifying User | Notifying Party | Name of notifying User | Legal name | \
                   Registered name | Supplier name | Energy company | Licensee | Notified by | DCC User | \
                   DCC User name | SEC User | Submitted by | Legal entity | Legal entity name | \
                   Registered company name",
        pieces: &[],
    },
    Label {
        field: F::PartyId,
        label: "Party ID",
        expected: "the Party Signifier or organisation number",
        example: "NWER",
        required: Required::No,
        wordings: "Party ID | Party Signifier | Signifier | SEC Party ID | SEC Party Signifier | \
                   Organisation number | Organisation ID | Party identifier | Party reference | \
                   Party number | Company number | Party code | Company registration number | \
                   Registered number | User Party ID | Participant ID | Market participant ID | \
                   Party Signifier or organisation number | Party ID or signifier | MPID | \
                   Unique party reference | Org number",
        pieces: &[],
    },
    Label {
        field: F::UserRoles,
        label: "User Roles affected",
        expected: "every User Role that the system will serve: Import Supplier, Export Supplier, Gas Supplier, \
                   Electricity Distributor, Gas Transporter, Registered Supplier Agent, Other User",
        example: "Import Supplier, Gas Supplier",
        required: Required::Always,
        wordings: "User Roles affected | User Roles | Roles | SEC User Roles | Affected roles | \
                   Roles concerned | Roles in scope | DCC User Role | Relevant User Roles | Role held | \
                   Applicable roles | Roles using system | Acting in role | Capacity | Roles in which we act",
        pieces: &[],
    },
    Label {
        field: F::Contact,
        label: "Contact",
        expected: "the name, email address and telephone number of the person to speak to",
        example: "Ann Reed, ann.reed@northwind-energy.test, 020 7946 0123",
        required: Required::Always,
        wordings: "Contact | Contact details | Contact person | Point of contact | Primary contact | \
                   Named contact | Contact for notification | Contact for all | Who should we talk to | \
                   Who should we contact | Main contact | User contact | Contact name and details | \
                   Contact information | Contact name email telephone | SPOC | Key contact | \
                   Who to contact | Lead contact | Responsible person | Contact at User | \
                   Contact name and email | Queries to | Contact for queries",
        pieces: &[
            (
                Piece::Name,
                "Contact name | Name of contact | Name of contact person | \
                                 Contact full name | Contact person name",
            ),
            (
                Piece::Email,
                "Contact email | Contact email address | Email of contact | \
                                 Contact e-mail | Contact e-mail address",
            ),
            (
                Piece::Telephone,
                "Contact telephone | Contact telephone number | Contact phone | \
                                 Contact phone number | Contact number | Contact tel | Contact mobile",
            ),
        ],
    },
    Label {
        field: F::SystemOrdinal,
        label: "User System number",
        expected: "second, third, or its number from 2 on",
        example: "second",
        required: Required::Always,
        wordings: "Second or subsequent | Second or subsequent User System | System number | \
                   User System number | Ordinal | System ordinal | Ordinal number | Count of User Systems | \
                   Second or third User System | How many User Systems including this | \
                   How many User Systems including this one | Sequence of User System | Sequence number | \
                   Number in sequence | Second third or later | Second third or subsequent system | \
                   Which in sequence | System count | Second or third | Second or subsequent system",
        pieces: &[],
    },
    Label {
        field: F::SystemLabel,
        label: "Your name for the system",
        expected: "your own short name for the system, as it should stand in letters",
        example: "Business portal",
        required: Required::No,
        wordings: "Your name for the system | System label | User System name | User System label | \
                   Name of second User System | System title | Label | Internal name | Project name | \
                   Internal name of system | Platform name | Name of new system | System | User System | \
                   Second User System | New User System | Your name for it | Working title | Product name | \
                   System reference | Product | Platform | Name of additional system | Solution name | \
                   Application name | Name of new User System | Name given to system | \
                   How do you refer to system | Name given to User System | Known internally as | Known as | \
                   What do you call it",
        pieces: &[],
    },
    Label {
        field: F::EmploymentStage,
        label: "Stage of employment",
        expected: "one of Intending, Procuring, Developing, Testing, Already in use",
        example: "Procuring",
        required: Required::Always,
        wordings: "Stage of employment | Stage | Current stage | Status | Current status | \
                   Stage of utilisation | Stage of use | Status of system | Project stage | Stage reached | \
                   Are you already using the system | Is the system in use | Phase | Progress | \
                   Go-live status | Where are you in process | Implementation stage | \
                   Are you already using it | In use | Already in use | Delivery stage | Lifecycle stage | \
                   Project status | Readiness | Current position | State of implementation",
        pieces: &[],
    },
    Label {
        field: F::IntendedStart,
        label: "Intended start",
        expected: "the day, week, month or quarter in which you intend to begin to use the system, with its year",
        example: "1 March 2027",
        required: Required::UnlessInUse,
        wordings: "Intended start | Intended start date | Planned start | Planned start date | Start date | \
                   Start | Go-live | Go-live date | Planned go-live | Planned go-live date | \
                   Expected go-live | Expected go-live date | Intended go-live | Intended go-live date | \
                   Target go-live | Target date | Expected start | Expected start date | Proposed start | \
                   Proposed start date | Intended date of employment | Intended date of use | \
                   Intended first use | Date of first use | When will you start to use the system | \
                   When do you intend to begin to employ the system | When will it start | \
                   Commencement date | Intended commencement date | \
                   Date from which system will be employed | Intended date of utilisation | \
                   Target start date | Live date | Planned live date | Intended start of use | \
                   Intended date of first use | First use | Start of use | Intended first use of system | \
                   Intended live | Date of use | Date of employment | Planned date | \
                   Date from which it will be used | Launch date | Planned launch | Planned launch date | \
                   Live from | Expected in use from",
        pieces: &[],
    },
    Label {
        field: F::ActualStart,
        label: "In use since",
        expected: "the day on which its use began",
        example: "3 May 2026",
        required: Required::IfInUse,
        wordings: "In use since | Actual start | Actual start date | Live since | Used since | \
                   Employed since | Utilised since | Date use began | Actual go-live | Actual go-live date | \
                   Began use on | Use began | Operational since | Already in use since | Went live on | \
                   Date employment began | If in use since when | Since when | Actual date of first use | \
                   Date system went live | Date it went live | Actual start of use | Actual date | \
                   Actual date of use | Live since when | Actual live date | If live since when | \
                   In use from | When did use begin | When did you start using it | Started on",
        pieces: &[],
    },
    Label {
        field: F::ReasonNotNotifiedBefore,
        label: "Reason for not notifying before",
        expected: "why the SSC was not notified before",
        example: "The system came with an acquisition",
        required: Required::IfInUse,
        wordings: "Reason for not notifying before | Reason not notified before | \
                   Reason for late notification | Why not notified before | \
                   Why was SSC not notified before | Reason for late notice | Reason for delay | \
                   Reason not notified earlier | Why not notified earlier | \
                   Explanation of late notification | Reason for retrospective notification | \
                   Why is this notification late | Why was this not notified before | If late reason | \
                   If in use why was SSC not notified before | If late why | Why late | \
                   Why was notice not given before | Reason no prior notice | \
                   Why no prior notice was given | If retrospective reason | Why did you not notify before | \
                   Why were we not told before | If already in use why not notified",
        pieces: &[],
    },
    Label {
        field: F::ConfidentialityObjection,
        label: "Objection to informing the SSC",
        expected: "only if you would rather the SSC were not informed: why",
        example: "The acquisition is not public",
        required: Required::No,
        wordings: "Objection to informing the SSC | Confidentiality objection | \
                   Objection on confidentiality | Objection to disclosure to the SSC | Confidentiality | \
                   Confidentiality concerns | Do you object to the SSC being informed | Objection | \
                   Any objection | Objections on grounds of confidentiality | \
                   Reason SSC should not be informed | Confidentiality restriction | \
                   Objection to sharing with SSC | Would you rather the SSC were not informed | \
                   Objection to notifying SSC | Confidentiality request | Confidential | \
                   Do not share with SSC",
        pieces: &[],
    },
    Label {
        field: F::DisclosureWithheld,
        label: "Withheld from disclosure",
        expected: "what you withhold (User IDs, architecture, Shared Resource Provider, other) and why",
        example: "User IDs, commercially sensitive",
        required: Required::No,
        wordings: "Withheld from disclosure | Disclosure withheld | Information withheld | Withheld | \
                   Items withheld | What is withheld | Details withheld | Not disclosed | \
                   Information not disclosed | Disclosure declined | What do you withhold | \
                   Declined to disclose | Anything withheld | Items not disclosed | Disclosure | \
                   Information declined | Items withheld and why",
        pieces: &[(
            Piece::Reason,
            "Reason for withholding | Reason withheld | Reason for non-disclosure | \
                                 Why withheld | Withholding reason",
        )],
    },
    Label {
        field: F::IdArrangement,
        label: "Single or multiple User IDs",
        expected: "one of Single existing, Single new, Multiple, Undecided",
        example: "Single new",
        required: Required::Always,
        wordings: "Single or multiple User IDs | Single or multiple ID | ID arrangement | \
                   User ID arrangement | Single or multiple | Will a single or multiple User IDs be used | \
                   User ID structure | ID structure | ID approach | ID model | Same or different User ID | \
                   Existing or new User ID | User ID set-up | Single ID or multiple IDs | \
                   How many User IDs | One or several User IDs | Multiple IDs | Single ID | \
                   Will you use one or several User IDs | Arrangement | Same or new User ID | \
                   Will the same User ID be used | One or more User IDs",
        pieces: &[],
    },
    Label {
        field: F::UserIds,
        label: "User IDs",
        expected: "every User ID that the system will use: an EUI-64 such as 90-B3-D5-1F-30-01-00-00",
        example: "90-B3-D5-1F-30-01-00-00",
        required: Required::UnlessWithheld,
        wordings: "User IDs | IDs | EUI-64 | EUI-64 identifiers | EUI64 | DCC User ID | SEC User ID | \
                   User identifiers | List of User IDs | IDs used | EUI | User ID EUI-64 | IDs to be used | \
                   Relevant User IDs | Affected User IDs | User IDs to be used | User IDs concerned | \
                   Identifiers | New IDs | EUI-64 list | User ID values | GUID | EUI64 IDs",
        pieces: &[],
    },
    Label {
        field: F::ArchitectureProvided,
        label: "Architecture",
        expected: "one of Attached, Via secure form, To follow, Withheld, None",
        example: "To follow",
        required: Required::UnlessWithheld,
        wordings: "Architecture | Architecture provided | System architecture | Architecture diagram | \
                   Architecture diagram provided | Architecture document | High-level architecture | \
                   Architecture description | Network diagram | Architectural diagram | \
                   Architecture details | Architecture attached | Technical architecture | Diagram | \
                   Architecture information | Solution architecture | Is architecture diagram attached | \
                   Architecture document provided | Solution design | Architecture submitted | Design | \
                   Architecture and diagram | Is an architecture document attached | Design documents | \
                   Architectural information",
        pieces: &[],
    },
    Label {
        field: F::Provision,
        label: "Provided by",
        expected: "one of In-house, Shared Resource Provider (with its name), Other third party, Undecided",
        example: "Shared Resource Provider (Meterlink)",
        required: Required::Always,
        wordings: "Provided by | Provision | System provision | Who provides the system | \
                   How is the system provided | Source of system | System provided by | Provider type | \
                   Type of provision | Delivered by | In-house or third party | \
                   In-house or Shared Resource Provider | Delivery model | Hosting | Operated by | Run by | \
                   Supplied by | Who runs the system | Sourcing | \
                   In-house Shared Resource Provider or third party | In-house SRP or third party | \
                   In-house SRP or other | In-house or shared | Method of provision | Developed by | \
                   Hosted by | Built by | Managed by | Provided internally or by third party | \
                   Who operates the system | Who operates it | Provided through | Provisioning",
        pieces: &[],
    },
    Label {
        field: F::SrpName,
        label: "Shared Resource Provider",
        expected: "the name of the Shared Resource Provider",
        example: "Meterlink",
        required: Required::IfSrp,
        wordings: "Shared Resource Provider | Shared Service Provider | SRP | SSP | SRP name | \
                   Shared Resource Provider name | Name of Shared Service Provider | Provider | \
                   Provider name | Service provider | Name of service provider | Which provider | \
                   If SRP name | Third party provider | Vendor | System provider | Third party name | \
                   Name of vendor | Supplier of system",
        pieces: &[],
    },
    Label {
        field: F::PreviouslyAssessed,
        label: "Assessed before",
        expected: "Yes, No or Unknown; with Yes, the date or reference of the assessment",
        example: "Yes, 12 March 2026, ref UCIO-2026-07",
        required: Required::Always,
        wordings: "Assessed before | Previously assessed | Previous assessment | Already assessed | \
                   Has the system been assessed | Has this system been assessed before | \
                   Has it been previously assessed | Prior assessment | Assessment history | \
                   Previous security assessment | Previously subject to User Security Assessment | \
                   Prior User Security Assessment | Has system already been assessed | \
                   User Security Assessment | Assessment status | Previous User Security Assessment | \
                   Has system been previously assessed | Assessed | Previously assessed by User CIO | \
                   Previous User CIO assessment | Has it been subject to User Security Assessment | \
                   User CIO assessment | Assessed by User CIO | Assessment | Prior USA | Previous USA | \
                   Past assessments",
        pieces: &[
            (
                Piece::Date,
                "Assessment date | Date of assessment | Date assessed | \
                                 Date of previous assessment | Previous assessment date | \
                                 Date of last assessment | Last assessed",
            ),
            (
                Piece::Reference,
                "Assessment reference | Reference of assessment | \
                                 Previous assessment reference | Assessment report reference | \
                                 Assessment ref",
            ),
        ],
    },
    Label {
        field: F::CustomerSegment,
        label: "Customers served",
        expected: "one of Domestic, Non-domestic, Both, Not a supplier",
        example: "Non-domestic",
        required: Required::Suppliers,
        wordings: "Customers served | Customer segment | Domestic or non-domestic | Customer type | \
                   Segment | Customers | Market segment | Customer base | Domestic non-domestic or both | \
                   Market | Consumer type | Premises type | Which customers | Consumers served | \
                   Which customers will it serve | Customers supplied | Customers it serves | Supply to | \
                   Domestic non-domestic",
        pieces: &[],
    },
    Label {
        field: F::Purpose,
        label: "Purpose",
        expected: "what the system is for: a different portal, non-domestic supply, migration, an acquisition",
        example: "A separate portal for non-domestic customers",
        required: Required::No,
        wordings: "Purpose | Purpose of system | Purpose of second User System | Reason for system | \
                   Reason for second User System | Why second User System | Use case | Intended use | \
                   Business reason | Rationale | Description | What is its purpose | Description of system | \
                   Background | Business need | Reason for change | Why do you need it | Reason for it | \
                   Why is it needed | Description of use | Business purpose | Justification | \
                   Intended purpose",
        pieces: &[],
    },
    Label {
        field: F::SeparatedFromFirst,
        label: "Separated from the first User System",
        expected: "Yes, No or Unknown",
        example: "Yes",
        required: Required::No,
        wordings: "Separated from the first User System | Separated from first | Separated | \
                   Separate from first User System | Separation | Separation from first User System | \
                   Separate from existing User System | Separated from existing User System | \
                   Is the system separated | Separation from existing system | Separate | \
                   Is system Separated from your other User System | Fully separated | \
                   Separated from other systems | Separation status | Separated from existing | Segregated | \
                   Independent of first system | Isolated from existing system",
        pieces: &[],
    },
    Label {
        field: F::MeterCountExpected,
        label: "Meters expected",
        expected: "how many meters you expect on the system: domestic and non-domestic",
        example: "12,000 domestic and 300 non-domestic",
        required: Required::No,
        wordings: "Meters expected | Expected meter count | Meter count | Expected number of meters | \
                   Number of meters | Smart meters expected | Number of smart meters | Meters | \
                   Meter volume | How many meters | Number of premises | Premises expected | \
                   Estimated meters | Portfolio size | Metering points | Number of metering points | \
                   Forecast meters | Expected number of smart meters | Meter points expected | \
                   Number of meter points | Smart meters | Premises | Number of premises expected | \
                   Devices expected | Meter points",
        pieces: &[
            (
                Piece::Domestic,
                "Domestic meters | Domestic meter count | Number of domestic meters | \
                                 Expected domestic meters | Domestic meters expected | Meters domestic | \
                                 Domestic premises",
            ),
            (
                Piece::NonDomestic,
                "Non-domestic meters | Non-domestic meter count | \
                                 Number of non-domestic meters | Expected non-domestic meters | \
                                 Non-domestic meters expected | Meters non-domestic | \
                                 Non-domestic premises",
            ),
        ],
    },
];
