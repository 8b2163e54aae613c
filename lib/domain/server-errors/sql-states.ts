/**
 * The codes that PostgreSQL 14 to 18 have, by class (errcodes.txt). A function of a dump may raise any five letters and digits
 * as the code of its error, a row's value too: only what stands here is told.
 */
const codesOfClass: Readonly<Record<string, string>> = {
  '00': '000',
  '01': '000 003 004 006 007 008 00C P01',
  '02': '000 001',
  '03': '000',
  '08': '000 001 003 004 006 007 P01',
  '09': '000',
  '0A': '000',
  '0B': '000',
  '0F': '000 001',
  '0L': '000 P01',
  '0P': '000',
  '0Z': '000 002',
  '10': '608',
  '20': '000',
  '21': '000',
  '22': `000 001 002 003 004 005 007 008 009 00B 00C 00D 00F 00G 00H 00L 00M 00N 00S 00T 010 011 012 013 014
    015 016 018 019 01B 01E 01F 01G 01W 01X 021 022 023 024 025 026 027 02E 02G 02H 030 031 032 033 034
    035 036 037 038 039 03A 03B 03C 03D 03E 03F 03G P01 P02 P03 P04 P05 P06`,
  '23': '000 001 502 503 505 514 P01',
  '24': '000',
  '25': '000 001 002 003 004 005 006 007 008 P01 P02 P03 P04',
  '26': '000',
  '27': '000',
  '28': '000 P01',
  '2B': '000 P01',
  '2D': '000',
  '2F': '000 002 003 004 005',
  '34': '000',
  '38': '000 001 002 003 004',
  '39': '000 001 004 P01 P02 P03',
  '3B': '000 001',
  '3D': '000',
  '3F': '000',
  '40': '000 001 002 003 P01',
  '42': `000 501 601 602 611 622 701 702 703 704 710 712 723 725 803 804 809 830 846 883 8C9 939 P01 P02 P03
    P04 P05 P06 P07 P08 P09 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22`,
  '44': '000',
  '53': '000 100 200 300 400',
  '54': '000 001 011 023',
  '55': '000 006 P02 P03 P04',
  '57': '000 014 P01 P02 P03 P04 P05',
  '58': '000 030 P01 P02 P03',
  '72': '000',
  F0: '000 001',
  HV: `000 001 002 004 005 006 007 008 009 00A 00B 00C 00D 00J 00K 00L 00M 00N 00P 00Q 00R 010 014 021 024
    090 091`,
  P0: '000 001 002 003 004',
  XX: '000 001 002',
};

/** raise_exception: what a RAISE that names no code has. */
const raised = 'P0001';

const known: ReadonlySet<string> = new Set(
  Object.entries(codesOfClass).flatMap(([of, codes]) => codes.split(/\s+/).map((code) => of + code)),
);

/** The code, as far as it is one of PostgreSQL's; any other was chosen by code of the dump and is told as a RAISE. */
export const toldSqlState = (code: string): string => (known.has(code) ? code : raised);
