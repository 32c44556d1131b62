import type { ReportSearch } from '../../routes/reportSearch';

/** The search parameters of a proof. */
export interface ProofSearch extends ReportSearch {
  /** The rate; the reliability if undefined. */
  of?: string;
}
