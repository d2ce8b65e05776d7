"""Writes tiny datasets in exactly the layouts in which they are published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

AADB_FILES = (
    *("BalacingElements", "ColorHarmony", "Content", "DoF", "Light", "MotionBlur"),
    *("Object", "Repetition", "RuleOfThirds", "Symmetry", "VividColor"),
)
PARA_ATTRIBUTES = ("quality", "composition", "color", "dof", "light", "content")
PARA_BINS = [f"aestheticScore_{1 + step / 2:.1f}" for step in range(9)]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def jpegs(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (200, 120, 40)).save(path, "JPEG")


def ava(root: Path) -> Path:
    votes = {
        953619: "0 1 5 17 38 36 15 6 5 1",
        953958: "10 7 15 26 26 21 10 8 1 2",
        954184: "0 0 4 8 41 56 10 3 4 0",
        954113: "0 1 4 6 48 37 23 5 2 2",
    }
    tags = ("1 22 1396", "1 0 1396", "0 0 1396", "15 21 1395")
    lines = [f"{row} {ids} {counts} {tag}" for row, ((ids, counts), tag) in enumerate(zip(votes.items(), tags, strict=True), 1)]
    write(root / "AVA.txt", "\n".join(lines) + "\n")
    write(root / "tags.txt", "1 Abstract\n15 Nature\n21 Still_Life\n22 Macro\n")
    write(root / "challenges.txt", "1395 Deep_Blue_Sea\n1396 \n")
    lists = root / "aesthetics_image_lists"
    write(lists / "generic_test.jpgl", "953958\n999999\n")
    write(lists / "animal_train.jpgl", "953619\n")
    write(lists / "animal_test.jpgl", "954184\n")
    styles = root / "style_image_lists"
    write(styles / "styles.txt", "1 Complementary_Colors\n2 Duotones\n3 HDR\n")
    write(styles / "train.jpgl", "953619\n954113\n")
    write(styles / "train.lab", "3\n1\n")
    write(styles / "test.jpgl", "953958\n")
    write(styles / "test.multilab", "1 0 1\n")
    jpegs(root / "images", [f"{name}.jpg" for name in votes])
    return root


AADB_NAMES = {
    "Train": ["farm1_1_a_b.jpg", "farm1_2_a_b.jpg", "farm1_3_a_b.jpg"],
    "Validation": ["farm2_1_a_b.jpg"],
    "TestNew": ["farm3_1_a_b.jpg", "farm3_2_a_b.jpg"],
}


def aadb_values(part: str) -> np.ndarray:
    """Score and the eleven attributes of each photograph of a part."""
    random = np.random.default_rng(len(part))
    rows = len(AADB_NAMES[part])
    return np.round(np.column_stack([random.uniform(0, 1, rows), random.uniform(-1, 1, (rows, 11))]), 4)


def aadb(root: Path, *, prefix_in_lists: bool = False, prefix_on_disk: bool = False, attributes: bool = True) -> Path:
    for part, names in AADB_NAMES.items():
        values = aadb_values(part)
        prefixes = [f"{value:.3f}_" if part == "TestNew" else "" for value in values[:, 0]]
        listed = [prefix * prefix_in_lists + name for prefix, name in zip(prefixes, names, strict=True)]
        for column, what in enumerate(["score", *AADB_FILES] if attributes else ["score"]):
            lines = [f"{name} {value:.4f}" for name, value in zip(listed, values[:, column], strict=True)]
            write(root / "imgListFiles_label" / f"imgList{part}Regression_{what}.txt", "\n".join(lines) + "\n")
        folder = "AADB_newtest_originalSize" if part == "TestNew" else "datasetImages_originalSize"
        jpegs(root / folder, [prefix * prefix_on_disk + name for prefix, name in zip(prefixes, names, strict=True)])
    return root


def aadb_older_test(root: Path) -> Path:
    """The test part that was given up, which lies beside the new one."""
    write(root / "imgListFiles_label" / "imgListTestRegression_score.txt", "farm9_1_a_b.jpg 0.9\n")
    return root


def aadb_matlab(root: Path) -> Path:
    """The AADBinfo.mat of the authors' repository: cells of names in one row, and scores."""
    from scipy.io import savemat

    def cells(values: Sequence[str]) -> np.ndarray:
        row = np.empty((1, len(values)), dtype=object)
        row[0] = list(values)
        return row

    content = {}
    for key, part in (("train", "Train"), ("test", "TestNew")):
        content[f"{key}NameList"] = cells(AADB_NAMES[part])
        content[f"{key}Score"] = aadb_values(part)[:, :1].T
    root.mkdir(parents=True, exist_ok=True)
    savemat(root / "AADBinfo.mat", content)
    jpegs(root / "datasetImages_warp256", [name for names in AADB_NAMES.values() for name in names])
    return root


def attribute_matrix(root: Path, order: Sequence[str] = ("Train", "TestNew", "Validation")) -> Path:
    """attMat.mat: train, test, validation."""
    from scipy.io import savemat

    row = np.empty((1, len(order)), dtype=object)
    for position, part in enumerate(order):
        row[0, position] = aadb_values(part)
    savemat(root / "attMat.mat", {"dataset": row})
    return root


EVA_HEADER = "image_id=user_id=score=difficulty=visual=composition=quality=semantic=vote_time"


def eva(root: Path, *, by_category: bool = False) -> Path:
    filtered = ["10=E136=7=3=3=4=2=1=12.5=1=0=0=1", "10=C76=5=4=1=2=4=3=8=0=0=1=0", "11=E136=10=2=4=4=4=4=3=1=1=1=1"]
    write(root / "data" / "votes_filtered.csv", "\n".join([EVA_HEADER + "=1=2=3=4", *filtered]) + "\n")
    header = "image_id=user_id=score=difficulty=visual=composition=quality=semantic=factor=device=vote_time"
    every = ["10=E136=7=3=3=4=2=1=1=Firefox, 70=12.5", "10=C76=5=4=1=2=4=3=2=Chrome=8", "12=E9=0=1=1=1=1=1=1=Safari=1"]
    write(root / "data" / "votes.csv", "\n".join([header, *every]) + "\n")
    users = [
        "id=age=region=photographic_level_id=gender_id=eyecheck",
        "E136=1992.0=33.0=2.0=1.0=1,2",
        "C76=1980.0=1.0=0.0=2.0=",
    ]
    write(root / "data" / "users.csv", "\n".join(users) + "\n")
    categories = '"image_id","sort"\n"10","2"\n"11","5"\n"12","6"\n"13","1"\n'
    write(root / "data" / "image_content_category.csv", categories, "utf-8-sig")
    if by_category:
        jpegs(root / "images" / "EVA_category" / "EVA_category", ["2/10.jpg", "5/11.jpg", "6/12.jpg"])
    else:
        jpegs(root / "images" / "EVA_together", ["10.jpg", "11.jpg", "12.jpg"])
    return root


def para_means_header() -> list[str]:
    """The 95 columns of PARA-Giaa*.csv in the order of the dataset's README."""
    header = ["imageName", "sessionId", "semantic", *PARA_BINS, "aestheticScore_mean", "aestheticScore_std"]
    header += ["qualityScore_mean", "qualityScore_std"]
    for name in ("compositionScore", "colorScore", "dofScore", "lightScore", "contentScore", "contentPreference"):
        header += [f"{name}_{level}" for level in range(1, 6)] + [f"{name}_mean", f"{name}_std"]
    header += [f"willingnessToShare_{level}" for level in range(1, 6)] + ["willingnessToShare_mean", "willingnessToShare_std"]
    return header + [f"further_{place}" for place in range(95 - len(header))]


PARA_RATINGS_HEADER = (
    *("sessionId", "imageName", "userId", "aestheticScore", "qualityScore", "compositionScore", "colorScore", "dofScore"),
    *("contentScore", "lightScore", "isObjectEmphasis", "imageEmotion", "difficultyOfJudgment", "contentPreference"),
    *("willingnessToShare", "semantic"),
)


def para(root: Path, *, names: bool = True, as_shares: bool = False, shuffled: bool = False) -> Path:
    """PARA with two training and one test photograph; without ``names`` the header is one that nobody knows."""
    header = para_means_header()
    images = {"PARA-GiaaTrain.csv": [("session1", "iaa_pub1_.jpg"), ("session2", "iaa_pub71_.jpg")]}
    images["PARA-GiaaTest.csv"] = [("session2", "iaa_pub72_.jpg")]
    for file, rows in images.items():
        lines = []
        for place, (session, image) in enumerate(rows):
            bins = np.zeros(9)
            bins[[2 + place, 6]] = (5, 20)
            mean = (bins @ np.linspace(1, 5, 9)) / 25
            values = {column: f"{position / 20:.3f}" for position, column in enumerate(header)}
            values |= {"imageName": image, "sessionId": session, "semantic": "night scene", "aestheticScore_mean": str(mean)}
            values |= {name: str(count / (25 if as_shares else 1)) for name, count in zip(PARA_BINS, bins, strict=True)}
            lines.append(values)
        order = header[::-1] if shuffled else header
        shown = order if names else [f"col {position}" for position in range(len(order))]
        text = "\n".join([",".join(shown), *(",".join(values[column] for column in order) for values in lines)])
        write(root / "annotation" / file, text + "\n")
    shown = PARA_RATINGS_HEADER if names else [f"col {position}" for position in range(16)]
    ratings = [
        "session1,iaa_pub1_.jpg,A4f02,3.5,3.0,3.1,3.2,3.3,3.4,3.6,1,2,-1,4.0,3.0,night scene",
        "session1,iaa_pub1_.jpg,B1,2.0,3.0,3.0,3.0,3.0,3.0,3.0,0,2,1,4.0,3.0,night scene",
        "session2,iaa_pub72_.jpg,B1,4.5,3.0,3.0,3.0,3.0,3.0,3.0,0,2,0,4.0,3.0,night scene",
    ]
    write(root / "annotation" / "PARA-Images.csv", "\n".join([",".join(shown), *ratings]) + "\n")
    people = (
        "userId,age,gender,EducationalLevel,artExperience,photographyExperience,personality-E\nA4f02,18-21,male,university,"
    )
    write(root / "annotation" / "PARA-UserInfo.csv", people + "beginner,expert,5\nB1,22-25,female,university,expert,expert,6\n")
    jpegs(root / "imgs", ["session1/iaa_pub1_.jpg", "session2/iaa_pub71_.jpg", "session2/iaa_pub72_.jpg"])
    return root


def flickr_aes(root: Path) -> Path:
    rows = [("A1", "farm1_1.jpg", 4), ("A2", "farm1_1.jpg", 2), ("A1", "farm1_2.jpg", 5), ("A3", "farm1_3.jpg", 1)]
    rows += [("A2", "farm1_3.jpg", 1), ("A3", "farm1_2.jpg", 4)]
    lines = ["worker, imagePair, score", *(f"{worker}, {image}, {score}" for worker, image, score in rows)]
    write(root / "FLICKR-AES_image_labeled_by_each_worker.csv", "\n".join(lines) + "\n")
    write(root / "FLICKR-AES_image_score.txt", " farm1_1.jpg 0.5\n farm1_2.jpg 0.875\n farm1_3.jpg 0\n")
    jpegs(root / "40K", ["farm1_1.jpg", "farm1_2.jpg", "farm1_3.jpg"])
    return root


def koniq(root: Path, *, with_sets: bool) -> Path:
    counts = {"10004473376.jpg": (0, 0, 25, 73, 7), "10007357496.jpg": (0, 3, 45, 47, 1), "002.jpg": (50, 30, 20, 0, 0)}
    published = (77.38, 70.29, 12.5)
    lines = [
        "image_name,c1,c2,c3,c4,c5,c_total,MOS,SD,set" if with_sets else "image_name,c1,c2,c3,c4,c5,c_total,MOS,SD,MOS_zscore"
    ]
    sets = ("training", "validation", "test")
    for (name, votes), score, part in zip(counts.items(), published, sets, strict=True):
        total = sum(votes)
        mean = sum(level * count for level, count in enumerate(votes, 1)) / total
        if with_sets:
            lines.append(f"{name},{','.join(str(count / total) for count in votes)},{total},{score},0.5,{part}")
        else:
            lines.append(f"{name},{','.join(map(str, votes))},{total},{mean},0.5,{score}")
    file = "koniq10k_distributions_sets.csv" if with_sets else "koniq10k_scores_and_distributions.csv"
    write(root / file, "\n".join(lines) + "\n")
    jpegs(root / "1024x768", list(counts))
    jpegs(root / "512x384", list(counts))
    return root


SPAQ_SCORES = {
    "Image name": ["00001.jpg", "00002.jpg"],
    "MOS": [27.0, 60.25],
    "Brightness": [40.0, 50.0],
    "Colorfulness": [41.0, 51.0],
    "Contrast": [42.0, 52.0],
    "Noisiness": [43.0, 53.0],
    "Sharpness": [44.0, 54.0],
}
SPAQ_SCENES = {
    "Image name": ["00001.jpg", "00002.jpg"],
    "Animal": [0.0, 1.0],
    "Night scene": [1.0, 0.0],
    "Still-life": [1.0, 0.0],
}


def tad66k(root: Path, *, merged: bool = True, themes: bool = True) -> Path:
    if merged:
        write(root / "labels" / "merge" / "train.csv", "image,score\n111.jpg,6.5\n222.jpg,3.25\n")
        write(root / "labels" / "merge" / "test.csv", "image,score\n333.jpg,8.0\n")
    if themes:
        write(root / "labels" / "unmerge" / "train" / "animal.csv", "image,score\n111.jpg,6.5\n")
        write(root / "labels" / "unmerge" / "train" / "night.csv", "image,score\n222.jpg,3.25\n111.jpg,6.5\n")
        write(root / "labels" / "unmerge" / "test" / "animal.csv", "image,score\n333.jpg,8.0\n")
    jpegs(root / "TAD66K", ["111.jpg", "222.jpg", "333.jpg"])
    return root


def cuhk_pq(root: Path) -> Path:
    jpegs(root / "PhotoQualityDataset" / "HighQuality", ["animal/1.jpg", "night/2.jpg"])
    jpegs(root / "PhotoQualityDataset" / "LowQuality", ["animal/1.jpg", "animal/3.JPG", "night/2.jpg"])
    write(root / "PhotoQualityDataset" / "LowQuality" / "animal" / "Thumbs.db", "")
    return root


def oasis(root: Path, *, beauty: bool = True) -> Path:
    header = ",Theme,Category,Source,Valence_mean,Valence_SD,Valence_N,Arousal_mean,Arousal_SD,Arousal_N"
    rows = [
        "1,Acorns 1,Object,Pixabay,4.69,1.16,102,2.35,1.64,101",
        "2,Acorns 2 ,Object,Pixabay,4.52,1.08,104,2.23,1.51,101",
        "3,Lake 12,Scene,Pixabay,6.10,1.05,103,3.20,1.90,99",
    ]
    write(root / "OASIS.csv", "\n".join([header, *rows]) + "\n")
    if beauty:
        write(root / "beauty_ratings.csv", "Theme,Beauty_mean\nAcorns 1 ,4.86\nAcorns 2,4.2\nLake 12,6.4\n")
    jpegs(root / "images", ["Acorns 1.jpg", "Acorns 2.jpg", "Lake 12.jpg"])
    return root


def dpchallenge(root: Path) -> Path:
    rows = ["1 1001 4 5.5 0 0 0 0 2 2 0 0 0 0", "2 1002 0 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1", "3 1003 2 9.5 0 0 0 0 0 0 0 0 1 1"]
    write(root / "dpchallenge_dataset.txt", "\n".join(rows) + "\n")
    jpegs(root / "images", ["1001.jpg", "1002.jpg", "1003.jpg"])
    return root


def plain(root: Path) -> Path:
    labels = [
        "image,group,split,category,mean,sd,n,n1,n2,n3,valence_mean",
        "a.jpg,x,train,sea,2.33,0.47,3,0,2,1,4.5",
        "b.jpg,x,train,sea,1.5,0.5,2,1,1,0,3.5",
        "c.jpg,y,test,sky,3,0,1,0,0,1,2.5",
    ]
    write(root / "labels.csv", "\n".join(labels) + "\n")
    ratings = "rater,block,image,score\n01,1,a.jpg,2\n02,1,a.jpg,2\n02,2,a.jpg,3\n01,1,b.jpg,1\n02,1,b.jpg,2\n01,1,c.jpg,3\n"
    write(root / "ratings.csv", ratings)
    jpegs(root / "images", ["a.jpg", "b.jpg", "c.jpg"])
    return root
