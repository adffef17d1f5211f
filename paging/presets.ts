/**
 * Presets: sets of options under a name. What the user gives beside one takes the place of the preset's.
 *
 * Layer beneath: none. Values are in the form of the command line.
 */
export interface Preset {
  readonly text: string;
  readonly workload: string;
  readonly policy: string;
  readonly frames: string;
  readonly scope?: string;
  readonly readAhead?: string;
  readonly cluster?: string;
  readonly disk?: string;
  readonly method?: string;
  readonly times?: boolean;
  readonly tasks?: boolean;
}

export const PRESETS: Readonly<Record<string, Preset>> = {
  quick: {
    text: "some policies live, and OPT as the bound, on Zipf's law",
    workload: "zipf",
    policy: "fifo,second-chance,arc,lru,opt",
    frames: "64,128,192",
  },
  policies: {
    text: "all policies on a working set that moves",
    workload: "moving",
    policy: "all",
    frames: "32,48,64",
  },
  curves: {
    text: "miss-ratio curves of all policies from one recorded trace",
    workload: "zipf",
    policy: "all",
    frames: "16..320+16",
    method: "replay",
  },
  workloads: {
    text: "every workload under three policies",
    workload: "sequential,strided,uniform,zipf,matrix-ij,matrix-ik,sort,hash-join,pointer-chase,moving,mix",
    policy: "second-chance,lru,opt",
    frames: "64,128",
  },
  scopes: {
    text: "global against local replacement with several processes",
    workload: "mix",
    policy: "second-chance,lru",
    frames: "96",
    scope: "global,local",
    tasks: true,
  },
  disks: {
    text: "disk models, with and without read-ahead and clustering",
    workload: "sequential:writes=100:rounds=8",
    policy: "second-chance",
    frames: "128",
    readAhead: "0,7",
    cluster: "1,8",
    disk: "fixed:100us,seek,ssd",
  },
  stages: {
    text: "where the host's time of a fault goes",
    workload: "uniform",
    policy: "fifo,second-chance,arc",
    frames: "64,128",
    times: true,
  },
};

export const DEFAULT_PRESET = "quick";
